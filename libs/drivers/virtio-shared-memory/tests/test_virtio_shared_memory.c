// cflags: -fno-sanitize=address
/* A region is used if it consists of whole pages of nobody else's. */
#include <assert.h>
#include <boot_info.h>
#include <virtio_shared_memory.h>

char image_end[1];
struct boot_info boot_info;

static uint64_t take(uint64_t address, uint64_t size)
{
    static unsigned char registers[2];
    const struct virtio_device device = {.registers = registers}, other = {.registers = registers + 1};
    uint64_t found = 1, length;

    virtio_shared_memory_note(&device, address, size);
    assert(virtio_shared_memory(&other, &found) == 0 && found == 1);
    length = virtio_shared_memory(&device, &found);
    assert(length == 0 ? found == 1 : found == address);
    return length;
}

int main(void)
{
    uint64_t end = ((uintptr_t)image_end | 0xfff) + 1, own = end + (1 << 30);

    boot_info.range_count = 1;
    boot_info.ranges[0] = (struct boot_range){own, own + 0x10000};
    assert(take(end, 0x1000) == 0x1000);
    assert(take(end, 0x1fff) == 0x1000);
    assert(take(end, 0xfff) == 0 && take(end, 0) == 0);
    assert(take(end + 1, 0x1000) == 0 && take(0, 0x1000) == 0 && take(0x1000, 0x1000) == 0);
    assert(take(own - 0x1000, 0x1000) == 0x1000 && take(own - 0x1000, 0x2000) == 0);
    assert(take(own, 0x1000) == 0 && take(own + 0xf000, 0x1000) == 0 && take(own - 0x1000, 1 << 30) == 0);
    assert(take(own + 0x10000, 0x1000) == 0x1000);
    assert(take(end, UINT64_MAX - 0xfff) == 0 && take(UINT64_MAX - 0xfff, 0x2000) == 0);
    return 0;
}
