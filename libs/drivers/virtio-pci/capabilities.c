#include "capabilities.h"

#include <config.h>
#include <pci_configuration.h>
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
#include <virtio_shared_memory.h>
#endif

/* 4.1.4: struct virtio_pci_cap, as words from the capability on. In the first: type, in the second: which
 * base address register. */
#define CAP_TYPE(word) ((word) >> 24)
#define CAP_BAR 4
#define CAP_OFFSET 8
#define CAP_LENGTH 12
#define CAP_SIZE 16 /* bytes */
#define CAP_NOTIFY_STEP 16
#define CAP_SIZE_NOTIFY 20
#define CAP_SIZE_LARGE 24

#define TYPE_COMMON 1
#define TYPE_NOTIFY 2
#define TYPE_DEVICE 4

/* 4.1.4.7: the upper halves of offset and length follow, and a number stands in the second word. */
#define TYPE_SHARED_MEMORY 8
#define CAP_NUMBER(word) ((word) >> 8 & 0xff)
#define CAP_OFFSET_HIGH 16
#define CAP_LENGTH_HIGH 20

#define COMMON_SIZE 0x38 /* 4.1.4.3, up to queue_device */

/* The next of the device's own capabilities that has all of `size` bytes; 0: none, or as many as can be have
 * been looked at. */
static unsigned next_capability(uint16_t place, unsigned after, unsigned size, unsigned *looked)
{
    unsigned at = after;

    while ((*looked)++ < PCI_CAPABILITIES_MOST && (at = pci_capability(place, PCI_CAPABILITY_VENDOR, at)))
        if (at <= PCI_CONFIGURATION_SIZE - size)
            return at;
    return 0;
}

static volatile void *map(const struct pci_function *function, unsigned capability, uint32_t length)
{
    return pci_map(function, pci_configuration_read(function->place, capability + CAP_BAR) & 0xff,
                   pci_configuration_read(function->place, capability + CAP_OFFSET), length);
}

#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
static uint64_t read_two(uint16_t place, unsigned low, unsigned high)
{
    return (uint64_t)pci_configuration_read(place, high) << 32 | pci_configuration_read(place, low);
}

/* The first of that number, as with the registers. */
static void find_shared_memory(const struct virtio_device *device, const struct pci_function *function)
{
    uint16_t place = function->place;
    uint64_t address = 0, size = 0;
    unsigned looked = 0;

    for (unsigned at = 0; !size && (at = next_capability(place, at, CAP_SIZE_LARGE, &looked));) {
        uint32_t word = pci_configuration_read(place, at + CAP_BAR), bar = word & 0xff;
        uint64_t offset = read_two(place, at + CAP_OFFSET, at + CAP_OFFSET_HIGH);
        uint64_t length = read_two(place, at + CAP_LENGTH, at + CAP_LENGTH_HIGH);

        if (CAP_TYPE(pci_configuration_read(place, at)) != TYPE_SHARED_MEMORY || CAP_NUMBER(word) != 0 ||
            bar >= PCI_BARS || offset > function->bars[bar].size ||
            length > function->bars[bar].size - offset)
            continue;
        address = function->bars[bar].address + offset;
        size = length;
    }
    virtio_shared_memory_note(device, address, size);
}
#endif

/* The first of each type that can be used is the one to use (4.1.4.1). */
bool virtio_pci_locate(struct virtio_device *device, const struct pci_function *function)
{
    uint16_t place = function->place;
    unsigned looked = 0;

    for (unsigned at = 0; (at = next_capability(place, at, CAP_SIZE, &looked));) {
        uint32_t length = pci_configuration_read(place, at + CAP_LENGTH);

        switch (CAP_TYPE(pci_configuration_read(place, at))) {
        case TYPE_COMMON:
            if (!device->registers && length >= COMMON_SIZE)
                device->registers = map(function, at, length);
            break;
        case TYPE_NOTIFY:
            if (!device->notifications && length >= sizeof(uint16_t) &&
                at <= PCI_CONFIGURATION_SIZE - CAP_SIZE_NOTIFY) {
                device->notifications = map(function, at, length);
                device->notifications_size = length;
                device->notifications_step = pci_configuration_read(place, at + CAP_NOTIFY_STEP);
            }
            break;
        case TYPE_DEVICE:
            if (!device->configuration) {
                device->configuration = map(function, at, length);
                device->configuration_size = device->configuration ? length : 0;
            }
            break;
        }
    }
#ifdef CONFIG_LIB_VIRTIO_SHARED_MEMORY
    find_shared_memory(device, function);
#endif
    return device->registers && device->notifications;
}
