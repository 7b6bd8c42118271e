/*
 * The disks have the major number 254, the first of the range for local use that Linux gives out to its
 * drivers of virtual disks (Documentation/admin-guide/devices.txt); the minor number is the disk's place
 * among all.
 */
#include "block_nodes.h"

#include <device_node.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <string.h>
#include <vnode.h>

#define MAJOR 254u
#define MOST 256u

static struct block_device *disk_number(unsigned number)
{
    struct block_device *device = block_device_after(NULL);

    while (device && number-- > 0)
        device = block_device_after(device);
    return device;
}

static uint32_t number_of(const struct block_device *wanted)
{
    uint32_t number = MAJOR << 8;

    for (struct block_device *device = NULL; (device = block_device_after(device)) && device != wanted;)
        number++;
    return number;
}

static struct block_file *of(struct open_file *file)
{
    return (struct block_file *)file;
}

static long read_at(struct open_file *file, void *buffer, size_t size, uint64_t offset)
{
    return block_nodes_read(of(file)->device, buffer, size, offset);
}

static long write_at(struct open_file *file, const void *data, size_t size, uint64_t offset)
{
    return block_nodes_write(of(file)->device, data, size, offset);
}

static long moved(struct block_file *file, long result)
{
    if (result > 0)
        file->position += (uint64_t)result;
    return result;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    return moved(of(file), read_at(file, buffer, size, of(file)->position));
}

static long write(struct open_file *file, const void *data, size_t size)
{
    return moved(of(file), write_at(file, data, size, of(file)->position));
}

static int64_t seek(struct open_file *file, int64_t offset, int whence)
{
    uint64_t size = of(file)->device->sectors * BLOCK_SECTOR, base = 0;
    int64_t result;

    if (whence == LINUX_SEEK_CUR)
        base = of(file)->position;
    else if (whence == LINUX_SEEK_END)
        base = size;
    else if (whence != LINUX_SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow((int64_t)base, offset, &result) || result < 0 || (uint64_t)result > size)
        return -EINVAL;
    of(file)->position = (uint64_t)result;
    return result;
}

static int sync(struct open_file *file, bool data_only)
{
    (void)data_only;
    return block_flush(of(file)->device);
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    uint32_t number = number_of(of(file)->device);

    *values = (struct linux_stat_values){
        .device = 5,
        .inode = number,
        .special_device = number,
        .mode = VNODE_BLOCK_DEVICE | 0660,
        .links = 1,
        .block_size = 4096,
    };
}

static void release(struct open_file *file)
{
    heap_free(file);
}

static const struct open_file_ops operations = {
    .read = read,
    .write = write,
    .read_at = read_at,
    .write_at = write_at,
    .seek = seek,
    .control = block_nodes_control,
    .sync = sync,
    .stat = stat,
    .release = release,
};

static bool node(unsigned index, struct device_node *node)
{
    const struct block_device *device = index < MOST ? disk_number(index) : NULL;

    if (!device)
        return false;
    *node = (struct device_node){.mode = VNODE_BLOCK_DEVICE | 0660, .number = MAJOR << 8 | index};
    memcpy(node->path, device->name, sizeof device->name);
    return true;
}

static int open(uint32_t number, unsigned flags, struct open_file **opened)
{
    struct block_device *device = number >> 8 == MAJOR ? disk_number(number & 0xff) : NULL;
    struct block_file *file;

    if (!device)
        return -ENXIO;
    if (device->flags & BLOCK_DEVICE_READ_ONLY && (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY)
        return -EACCES; /* as Linux's block/bdev.c */
    file = heap_alloc(sizeof *file);
    if (!file)
        return -ENOMEM;
    *file =
        (struct block_file){.file = {.ops = &operations, .references = 1, .flags = flags}, .device = device};
    *opened = &file->file;
    return 0;
}

const struct device_nodes block_nodes_device_node = {.node = node, .open = open};
