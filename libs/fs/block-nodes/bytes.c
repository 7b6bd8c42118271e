#include "block_nodes.h"

#include <errno.h>
#include <pages.h>
#include <string.h>
#include <wait_lock.h>

/* One at a time changes part of a block: between reading it and writing it back others must not. */
static struct wait_lock partial;

/* Bytes within one block, through a page. */
static long part(struct block_device *device, char *bytes, size_t size, uint64_t offset, bool write)
{
    size_t within = (size_t)(offset % device->block);
    uint64_t sector = (offset - within) / BLOCK_SECTOR;
    char *page = pages_alloc(1);
    int error;

    if (!page)
        return -ENOMEM;
    if (size > device->block - within)
        size = device->block - within;
    wait_lock_take(&partial);
    error = block_read(device, sector, page, device->block);
    if (!error && write) {
        memcpy(page + within, bytes, size);
        error = block_write(device, sector, page, device->block);
    } else if (!error) {
        memcpy(bytes, page + within, size);
    }
    wait_lock_give(&partial);
    pages_free(page, 1);
    return error ? error : (long)size;
}

/* As much as is alike: part of a block, or whole ones. */
static long some(struct block_device *device, char *bytes, size_t size, uint64_t offset, bool write)
{
    int error;

    if (offset % device->block != 0 || size < device->block)
        return part(device, bytes, size, offset, write);
    size -= size % device->block;
    error = write ? block_write(device, offset / BLOCK_SECTOR, bytes, size)
                  : block_read(device, offset / BLOCK_SECTOR, bytes, size);
    return error ? error : (long)size;
}

static long transfer(struct block_device *device, char *bytes, size_t size, uint64_t offset, bool write)
{
    uint64_t end = device->sectors * BLOCK_SECTOR;
    size_t done = 0;

    if (offset >= end)
        return write && size > 0 ? -ENOSPC : 0;
    if (size > end - offset)
        size = (size_t)(end - offset);
    while (done < size) {
        long result = some(device, bytes + done, size - done, offset + done, write);

        if (result < 0)
            return done > 0 ? (long)done : result;
        done += (size_t)result;
    }
    return (long)done;
}

long block_nodes_read(struct block_device *device, void *buffer, size_t size, uint64_t offset)
{
    return transfer(device, buffer, size, offset, false);
}

long block_nodes_write(struct block_device *device, const void *data, size_t size, uint64_t offset)
{
    if (device->flags & BLOCK_DEVICE_READ_ONLY)
        return -EROFS;
    return transfer(device, (char *)(uintptr_t)data, size, offset, true);
}
