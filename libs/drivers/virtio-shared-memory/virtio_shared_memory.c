#include <boot_info.h>
#include <image_layout.h>
#include <virtio_shared_memory.h>

#define PAGE UINT64_C(4096)

static struct {
    volatile unsigned char *registers; /* of the device; no two have the same */
    uint64_t address, size;
} last;

void virtio_shared_memory_note(const struct virtio_device *device, uint64_t address, uint64_t size)
{
    last.registers = device->registers;
    last.address = address;
    last.size = size;
}

uint64_t virtio_shared_memory(const struct virtio_device *device, uint64_t *address)
{
    uint64_t first = last.address, size = last.size & ~(PAGE - 1);

    if (device->registers != last.registers || size == 0 || first % PAGE || first + size < first ||
        first < (uintptr_t)image_end)
        return 0;
    for (size_t i = 0; i < boot_info.range_count; i++)
        if (first < boot_info.ranges[i].end && first + size > boot_info.ranges[i].start)
            return 0;
    *address = first;
    return size;
}
