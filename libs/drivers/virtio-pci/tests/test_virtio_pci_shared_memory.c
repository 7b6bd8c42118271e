// instead: ../capabilities.c
// cflags: -DCONFIG_LIB_VIRTIO_SHARED_MEMORY=1
/* Of the capabilities that tell of shared memory (virtio 1.2, section 4.1.4.7) the first of region 0 that
 * lies in its base address register is noted. */
#include "../capabilities.h"

#include <assert.h>
#include <string.h>
#include <virtio_shared_memory.h>

static uint32_t space[64];
static uint64_t noted, noted_size;
static unsigned notes;

uint32_t pci_configuration_read(uint16_t place, unsigned offset)
{
    assert(place == 7 && offset % 4 == 0 && offset < sizeof space);
    return space[offset / 4];
}

unsigned pci_capability(uint16_t place, unsigned id, unsigned after)
{
    unsigned next = after ? after + 24 : 64;

    (void)place;
    assert(id == PCI_CAPABILITY_VENDOR);
    return next + 24 <= sizeof space && (space[next / 4] & 0xff) == id ? next : 0;
}

volatile void *pci_map(const struct pci_function *function, unsigned bar, uint64_t offset, uint32_t length)
{
    (void)function, (void)bar, (void)offset, (void)length;
    return NULL;
}

void virtio_shared_memory_note(const struct virtio_device *device, uint64_t address, uint64_t size)
{
    (void)device;
    noted = address;
    noted_size = size;
    notes++;
}

static void add(unsigned number, unsigned type, unsigned bar, unsigned id, uint64_t offset, uint64_t length)
{
    const uint32_t words[] = {9 | 24 << 16 | type << 24, bar | id << 8,
                              (uint32_t)offset,          (uint32_t)length,
                              (uint32_t)(offset >> 32),  (uint32_t)(length >> 32)};

    memcpy(&space[16 + number * 6], words, sizeof words);
}

static uint64_t look(void)
{
    const struct pci_function function = {
        .place = 7, .bars[2] = {.address = UINT64_C(0x7000000000), .size = UINT64_C(1) << 33}};
    struct virtio_device device = {0};

    notes = 0;
    assert(!virtio_pci_locate(&device, &function) && notes == 1); /* no registers, either way */
    memset(space, 0, sizeof space);
    return noted_size;
}

int main(void)
{
    const uint64_t size = UINT64_C(1) << 33;

    assert(look() == 0);
    add(0, 8, 2, 0, 0, size);
    assert(look() == size && noted == UINT64_C(0x7000000000));
    add(0, 8, 2, 0, UINT64_C(1) << 32, UINT64_C(1) << 32);
    assert(look() == UINT64_C(1) << 32 && noted == UINT64_C(0x7100000000));
    add(0, 8, 2, 0, 0x1000, size); /* beyond the end */
    assert(look() == 0 && noted == 0);
    add(0, 8, 2, 0, UINT64_MAX, 0x1000);
    assert(look() == 0);
    add(0, 8, 2, 0, 0, UINT64_MAX);
    assert(look() == 0);
    add(0, 8, 3, 0, 0, 0x1000); /* a register without memory, and none */
    add(1, 8, 200, 0, 0, 0x1000);
    assert(look() == 0);
    add(0, 8, 2, 1, 0, 0x1000); /* another region, another type, then one that is good, and a later one */
    add(1, 5, 2, 0, 0, 0x2000);
    add(2, 8, 2, 0, 0x3000, 0x4000);
    add(3, 8, 2, 0, 0x8000, 0x8000);
    assert(look() == 0x4000 && noted == UINT64_C(0x7000003000));
    return 0;
}
