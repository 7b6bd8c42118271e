/*
 * Writing: what lies side by side on the disk goes there in one request.
 */
#include "buffers.h"

#include <block_io.h>
#include <errno.h>
#include <heap.h>

int block_batch_end(struct block_batch *batch)
{
    struct block_request request = {
        .operation = BLOCK_WRITE,
        .segment_count = batch->count,
        .segments = batch->segments,
        .sector = batch->sector,
        .sectors = batch->bytes / BLOCK_SECTOR,
    };

    if (batch->count == 0)
        return 0;
    batch->count = 0;
    return block_wait(batch->device, &request);
}

int block_batch_add(struct block_batch *batch, uint64_t sector, void *data, uint32_t bytes)
{
    const struct block_device *device = batch->device;

    if (batch->count == BLOCK_CACHE_SEGMENTS || batch->count >= device->max_segments ||
        (batch->bytes + bytes) / BLOCK_SECTOR > device->max_sectors ||
        sector != batch->sector + batch->bytes / BLOCK_SECTOR) {
        int error = block_batch_end(batch);
        if (error != 0)
            return error;
    }
    if (batch->count == 0) {
        batch->sector = sector;
        batch->bytes = 0;
    }
    batch->segments[batch->count++] = (struct block_segment){.address = data, .length = bytes};
    batch->bytes += bytes;
    return 0;
}

/* Shellsort, with the gaps of Knuth, The Art of Computer Programming, volume 3, 5.2.1. */
static void sort(struct block_buffer **buffers, uint32_t count)
{
    uint32_t gap = 1;

    while (gap < count / 3)
        gap = 3 * gap + 1;
    for (; gap != 0; gap /= 3) {
        for (uint32_t i = gap; i < count; i++) {
            struct block_buffer *buffer = buffers[i];
            uint32_t at = i;
            for (; at >= gap && buffers[at - gap]->block > buffer->block; at -= gap)
                buffers[at] = buffers[at - gap];
            buffers[at] = buffer;
        }
    }
}

int block_cache_clean(struct block_cache *cache)
{
    uint32_t count = cache->dirty_count;
    struct block_buffer *buffer, **sorted;
    struct block_batch batch = {.device = cache->device};
    int error = 0;

    if (count == 0)
        return 0;
    sorted = heap_alloc(count * sizeof(struct block_buffer *));
    if (sorted != NULL) {
        uint32_t n = 0;
        for (buffer = cache->dirty.next; buffer != &cache->dirty; buffer = buffer->next)
            sorted[n++] = buffer;
        sort(sorted, n);
    }
    /* Without memory for sorting, in any order. */
    buffer = cache->dirty.next;
    for (uint32_t i = 0; i < count && error == 0; i++, buffer = buffer->next) {
        const struct block_buffer *b = sorted != NULL ? sorted[i] : buffer;
        error = block_batch_add(&batch, b->block * (cache->block_size / BLOCK_SECTOR), b->data,
                                cache->block_size);
    }
    if (error == 0)
        error = block_batch_end(&batch);
    heap_free(sorted);
    if (error != 0)
        return error;
    while ((buffer = cache->dirty.next) != &cache->dirty) {
        buffer->dirty = false;
        block_cache_ring_remove(buffer);
        block_cache_rest(cache, buffer);
    }
    cache->dirty_count = 0;
    return 0;
}
