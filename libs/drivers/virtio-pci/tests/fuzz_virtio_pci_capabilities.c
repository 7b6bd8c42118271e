// instead: ../capabilities.c
// sources: ../../../bus/pci/pci_find.c ../../../bus/pci/pci_open.c ../../../bus/pci/pci_msix.c
// cflags: -DCONFIG_LIB_VIRTIO_SHARED_MEMORY=1
// max-len: 512
/* Any registers of a PCI function, of which any bits can be written: the search for what virtio has there
 * ends, reads no others, and finds only what lies in the function's own memory. */
#include "../capabilities.h"

#include <assert.h>
#include <device_memory.h>
#include <pci_configuration.h>
#include <string.h>
#include <virtio_shared_memory.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t registers[64], writable[64];
static unsigned reads;
static const struct pci_function *opened; /* NULL: not yet */
static char memory[1 << 16];

uint32_t pci_configuration_read(uint16_t place, unsigned offset)
{
    assert(place == 8 && offset % 4 == 0 && offset < sizeof registers && ++reads < 20000);
    return registers[offset / 4];
}

void pci_configuration_write(uint16_t place, unsigned offset, uint32_t value)
{
    assert(place == 8 && offset % 4 == 0 && offset < sizeof registers);
    registers[offset / 4] = (registers[offset / 4] & ~writable[offset / 4]) | (value & writable[offset / 4]);
}

bool pci_configuration_ready(void)
{
    return true;
}

int interrupt_message_attach(interrupts_handler *handler, void *argument, struct interrupt_message *message)
{
    (void)handler, (void)argument;
    *message = (struct interrupt_message){.address = 0xfee00000};
    return 0;
}

static bool lies_within(uint64_t address, uint64_t size)
{
    for (unsigned i = 0; i < PCI_BARS; i++)
        if (address - opened->bars[i].address <= opened->bars[i].size &&
            size <= opened->bars[i].size - (address - opened->bars[i].address))
            return true;
    return false;
}

volatile void *device_memory_map(uint64_t physical, size_t size)
{
    assert(opened && size > 0 && lies_within(physical, size));
    return size <= sizeof memory ? memory : NULL;
}

void virtio_shared_memory_note(const struct virtio_device *device, uint64_t address, uint64_t size)
{
    (void)device;
    assert(size == 0 || lies_within(address, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct virtio_device device = {0};
    struct pci_function function;
    struct pci_msix msix;
    size_t first = size < sizeof registers ? size : sizeof registers;

    reads = 0;
    opened = NULL;
    memset(registers, 0, sizeof registers);
    memset(writable, 0, sizeof writable);
    memcpy(registers, data, first);
    memcpy(writable, data + first, size - first);
    pci_open(&function, 8);
    opened = &function;
    if (virtio_pci_locate(&device, &function))
        assert(device.registers && device.notifications && device.notifications_size >= sizeof(uint16_t));
    assert(device.configuration || device.configuration_size == 0);
    if (pci_msix_open(&msix, &function) == 0) {
        assert(msix.count > 0 && msix.count * 16u <= sizeof memory);
        pci_msix_attach(&msix, msix.count - 1u, NULL, NULL);
        pci_msix_enable(&msix);
    }
    return 0;
}
