#include "block_nodes.h"

#include <errno.h>
#include <linux_file.h>

/* Linux's include/uapi/linux/fs.h; the same on all architectures */
#define BLKROGET 0x125eu
#define BLKGETSIZE 0x1260u
#define BLKFLSBUF 0x1261u
#define BLKSSZGET 0x1268u
#define BLKBSZGET 0x80081270u
#define BLKGETSIZE64 0x80081272u
#define BLKDISCARD 0x1277u
#define BLKIOMIN 0x1278u
#define BLKIOOPT 0x1279u
#define BLKPBSZGET 0x127bu
#define BLKDISCARDZEROES 0x127cu
#define BLKZEROOUT 0x127fu

/* A range of bytes that is to be given up or zeroed: [0] the first, [1] how many. */
static int range(const struct block_file *file, const uint64_t bytes[2], uint64_t *sector, uint64_t *sectors)
{
    if ((file->file.flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY)
        return -EBADF;
    if ((bytes[0] | bytes[1]) % file->device->block)
        return -EINVAL;
    *sector = bytes[0] / BLOCK_SECTOR;
    *sectors = bytes[1] / BLOCK_SECTOR;
    return *sector + *sectors <= file->device->sectors ? 0 : -EINVAL;
}

long block_nodes_control(struct open_file *opened, unsigned long request, void *argument)
{
    struct block_file *file = (struct block_file *)opened;
    struct block_device *device = file->device;
    uint64_t sector, sectors;
    int error;

    if (argument == NULL && request != BLKFLSBUF)
        return -EFAULT;
    switch (request) {
    case BLKROGET:
        *(int *)argument = (device->flags & BLOCK_DEVICE_READ_ONLY) != 0;
        return 0;
    case BLKGETSIZE:
        *(unsigned long *)argument = (unsigned long)device->sectors;
        return 0;
    case BLKGETSIZE64:
        *(uint64_t *)argument = device->sectors * BLOCK_SECTOR;
        return 0;
    case BLKSSZGET:
        *(int *)argument = (int)device->block;
        return 0;
    case BLKBSZGET:
        *(int *)argument = 4096;
        return 0;
    case BLKIOMIN:
    case BLKPBSZGET:
        *(unsigned *)argument = device->physical_block;
        return 0;
    case BLKIOOPT:
        *(unsigned *)argument = device->optimal;
        return 0;
    case BLKDISCARDZEROES:
        *(unsigned *)argument = 0;
        return 0;
    case BLKFLSBUF:
        return block_flush(device);
    case BLKDISCARD:
        error = range(file, argument, &sector, &sectors);
        return error ? error : block_discard(device, sector, sectors);
    case BLKZEROOUT:
        error = range(file, argument, &sector, &sectors);
        return error ? error : block_write_zeroes(device, sector, sectors, false);
    default:
        return -ENOTTY;
    }
}
