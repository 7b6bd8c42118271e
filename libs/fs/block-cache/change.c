/*
 * Operations and transactions.
 */
#include "buffers.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

void block_cache_join(struct block_cache *cache, struct block_buffer *buffer)
{
    buffer->touched = true;
    buffer->next_touched = cache->touched;
    cache->touched = buffer;
    if (!buffer->changed) {
        buffer->changed = buffer->joined = true;
        buffer->next_changed = cache->changed;
        cache->changed = buffer;
        cache->changed_count++;
    }
}

int block_cache_change(struct block_cache *cache, struct block_buffer *buffer)
{
    if (buffer->touched)
        return 0;
    buffer->before = cache->spare != NULL ? cache->spare : heap_alloc(cache->block_size);
    if (buffer->before == NULL)
        return -ENOMEM;
    cache->spare = NULL;
    memcpy(buffer->before, buffer->data, cache->block_size);
    buffer->before_kind = buffer->kind;
    block_cache_join(cache, buffer);
    return 0;
}

/* Takes a buffer off the operation's list. */
static struct block_buffer *next_touched(struct block_cache *cache)
{
    struct block_buffer *buffer = cache->touched;

    if (buffer == NULL)
        return NULL;
    cache->touched = buffer->next_touched;
    if (cache->spare == NULL)
        cache->spare = buffer->before;
    else
        heap_free(buffer->before);
    buffer->before = NULL;
    buffer->touched = buffer->joined = buffer->fresh = false;
    return buffer;
}

void block_cache_accept(struct block_cache *cache)
{
    while (next_touched(cache) != NULL)
        ;
}

void block_cache_undo(struct block_cache *cache)
{
    /* Those that joined the transaction in this operation are its first. */
    while (cache->changed != NULL && cache->changed->joined) {
        cache->changed->changed = false;
        cache->changed_count--;
        cache->changed = cache->changed->next_changed;
    }
    for (;;) {
        struct block_buffer *buffer = cache->touched;
        bool fresh = buffer != NULL && buffer->fresh;

        if (buffer == NULL)
            return;
        if (buffer->before != NULL) {
            void *data = buffer->data;
            buffer->data = buffer->before;
            buffer->before = data;
            buffer->kind = buffer->before_kind;
        }
        next_touched(cache);
        if (fresh)
            block_cache_drop(cache, buffer);
        else
            block_cache_rest(cache, buffer);
    }
}

void block_cache_commit(struct block_cache *cache)
{
    while (cache->changed != NULL) {
        struct block_buffer *buffer = cache->changed;

        cache->changed = buffer->next_changed;
        buffer->changed = false;
        if (!buffer->dirty) {
            buffer->dirty = true;
            cache->dirty_count++;
            block_cache_ring_add(&cache->dirty, buffer);
        }
    }
    cache->changed_count = 0;
}
