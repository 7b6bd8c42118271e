// instead: ../parameter.c
#include "../parameter.h"

#include <assert.h>

int main(void)
{
    static const char *const wrong[] = {
        "",
        "4K",
        "4K@",
        "4K@0xd0000000",
        "4K@0xd0000000:",
        "@0xd0000000:5",
        "0@1000:5",
        "4G@1000:5",
        "4K@0x:5",
        "4K@0xd000000g:5",
        "4K@0x100000000:5",
        "4K@1000:5,6",
        "5000M@1:5",
        "4K@1000:x",
        "4294967296@1:5",
    };
    struct acpi_device device;

    assert(virtio_mmio_parameter("4K@0xd0000000:5", &device));
    assert(device.size == 4096 && device.address == 0xd0000000 && device.line == 5);
    assert(virtio_mmio_parameter("512@0xFEB02e00:12:3", &device));
    assert(device.size == 512 && device.address == 0xfeb02e00 && device.line == 12);
    assert(virtio_mmio_parameter("0x200@4096:0x1f", &device));
    assert(device.size == 512 && device.address == 4096 && device.line == 31);
    assert(virtio_mmio_parameter("1M@0xffffffff:4294967295", &device) && device.size == 1u << 20);
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert(!virtio_mmio_parameter(wrong[i], &device));
    return 0;
}
