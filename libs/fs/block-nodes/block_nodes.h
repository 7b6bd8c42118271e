/* A disk that is open. Nothing is cached: what is read and written goes to the disk at once. */
#pragma once

#include <block_io.h>
#include <fd_table.h>
#include <stdint.h>

struct block_file {
    struct open_file file;
    struct block_device *device;
    uint64_t position;
};

/* bytes.c: any bytes of a disk; those at the ends of a write that are only part of a block are read before.
 * How many were done, 0 at the end of the disk (-ENOSPC for a write), or an error if none were. */
long block_nodes_read(struct block_device *device, void *buffer, size_t size, uint64_t offset);
long block_nodes_write(struct block_device *device, const void *data, size_t size, uint64_t offset);

/* control.c: ioctl(2). */
long block_nodes_control(struct open_file *file, unsigned long request, void *argument);
