/*
 * Disks whose content is memory.
 *
 * block_memory_perform() does a request where the disk's first byte lies at device->memory, for
 * block_perform(). What is discarded reads as zeroes. It returns 0.
 */
#pragma once

#include <block_driver.h>
#include <string.h>

static inline int block_memory_perform(struct block_device *device, const struct block_request *request)
{
    char *at = (char *)device->memory + request->sector * BLOCK_SECTOR;

    if (request->operation == BLOCK_WRITE_ZEROES || request->operation == BLOCK_DISCARD)
        memset(at, 0, request->sectors * BLOCK_SECTOR);
    for (unsigned i = 0; i < request->segment_count; i++) {
        const struct block_segment *segment = &request->segments[i];

        if (request->operation == BLOCK_READ)
            memcpy(segment->address, at, segment->length);
        else
            memcpy(at, segment->address, segment->length);
        at += segment->length;
    }
    return 0;
}
