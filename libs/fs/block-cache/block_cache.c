/*
 * Finding buffers, and making room.
 */
#include "buffers.h"

#include <block_io.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

static struct block_buffer **chain_of(const struct block_cache *cache, uint64_t block)
{
    /* Knuth, The Art of Computer Programming, volume 3, 6.4: multiplicative hashing by the golden ratio */
    return &cache->chains[(uint32_t)(block * 0x9e3779b97f4a7c15u >> 32) >> (32 - cache->chain_bits)];
}

int block_cache_open(struct block_cache *cache, struct block_device *device, uint32_t block_size,
                     uint32_t limit)
{
    uint32_t bits = 4;

    while (bits < 20 && 1u << bits < limit)
        bits++;
    memset(cache, 0, sizeof(*cache));
    cache->chains = heap_alloc(sizeof(*cache->chains) << bits);
    if (cache->chains == NULL)
        return -ENOMEM;
    memset(cache->chains, 0, sizeof(*cache->chains) << bits);
    cache->chain_bits = bits;
    cache->device = device;
    cache->block_size = block_size;
    cache->limit = limit;
    cache->idle.next = cache->idle.previous = &cache->idle;
    cache->dirty.next = cache->dirty.previous = &cache->dirty;
    return 0;
}

void block_cache_close(struct block_cache *cache)
{
    for (uint32_t i = 0; cache->chains != NULL && i < 1u << cache->chain_bits; i++)
        while (cache->chains[i] != NULL)
            block_cache_drop(cache, cache->chains[i]);
    heap_free(cache->chains);
    heap_free(cache->spare);
    cache->chains = NULL;
    cache->spare = NULL;
}

void block_cache_ring_add(struct block_buffer *head, struct block_buffer *buffer)
{
    buffer->previous = head;
    buffer->next = head->next;
    head->next->previous = buffer;
    head->next = buffer;
}

void block_cache_ring_remove(struct block_buffer *buffer)
{
    if (buffer->next == NULL)
        return;
    buffer->next->previous = buffer->previous;
    buffer->previous->next = buffer->next;
    buffer->next = buffer->previous = NULL;
}

void block_cache_drop(struct block_cache *cache, struct block_buffer *buffer)
{
    struct block_buffer **link = chain_of(cache, buffer->block);

    while (*link != buffer)
        link = &(*link)->chain;
    *link = buffer->chain;
    block_cache_ring_remove(buffer);
    cache->count--;
    cache->dirty_count -= buffer->dirty;
    heap_free(buffer->before);
    heap_free(buffer->data);
    heap_free(buffer);
}

void block_cache_rest(struct block_cache *cache, struct block_buffer *buffer)
{
    if (buffer->references == 0 && !buffer->changed && !buffer->dirty) {
        block_cache_ring_remove(buffer);
        block_cache_ring_add(&cache->idle, buffer);
    }
}

static struct block_buffer *find(struct block_cache *cache, uint64_t block)
{
    struct block_buffer *buffer = *chain_of(cache, block);

    while (buffer != NULL && buffer->block != block)
        buffer = buffer->chain;
    return buffer;
}

static void hold(struct block_buffer *buffer)
{
    if (buffer->references++ == 0 && !buffer->dirty)
        block_cache_ring_remove(buffer);
}

/* A buffer for a block that has none, with undefined content and one reference. */
static struct block_buffer *add(struct block_cache *cache, uint64_t block)
{
    struct block_buffer *buffer, **chain = chain_of(cache, block);

    while (cache->count >= cache->limit && cache->idle.previous != &cache->idle)
        block_cache_drop(cache, cache->idle.previous);
    buffer = heap_alloc(sizeof(*buffer));
    if (buffer == NULL)
        return NULL;
    memset(buffer, 0, sizeof(*buffer));
    buffer->data = heap_alloc(cache->block_size);
    if (buffer->data == NULL) {
        heap_free(buffer);
        return NULL;
    }
    buffer->block = block;
    buffer->references = 1;
    buffer->chain = *chain;
    *chain = buffer;
    cache->count++;
    return buffer;
}

int block_cache_get(struct block_cache *cache, uint64_t block, struct block_buffer **found)
{
    struct block_buffer *buffer = find(cache, block);
    int error;

    if (buffer == NULL) {
        buffer = add(cache, block);
        if (buffer == NULL)
            return -ENOMEM;
        error = block_read(cache->device, block * (cache->block_size / BLOCK_SECTOR), buffer->data,
                           cache->block_size);
        if (error != 0) {
            block_cache_drop(cache, buffer);
            return error;
        }
    } else {
        hold(buffer);
    }
    *found = buffer;
    return 0;
}

int block_cache_new(struct block_cache *cache, uint64_t block, struct block_buffer **made)
{
    struct block_buffer *buffer = find(cache, block);

    if (buffer != NULL && (buffer->references != 0 || buffer->changed || buffer->dirty))
        return -EUCLEAN;
    if (buffer != NULL)
        hold(buffer);
    else
        buffer = add(cache, block);
    if (buffer == NULL)
        return -ENOMEM;
    memset(buffer->data, 0, cache->block_size);
    buffer->kind = 0;
    buffer->fresh = true;
    block_cache_join(cache, buffer);
    *made = buffer;
    return 0;
}

void block_cache_put(struct block_cache *cache, struct block_buffer *buffer)
{
    if (buffer == NULL)
        return;
    buffer->references--;
    block_cache_rest(cache, buffer);
}

bool block_cache_forget(struct block_cache *cache, uint64_t block)
{
    struct block_buffer *buffer = find(cache, block);
    bool dirty;

    if (buffer == NULL)
        return false;
    dirty = buffer->dirty;
    if (buffer->changed) {
        struct block_buffer **link = &cache->changed;
        while (*link != buffer)
            link = &(*link)->next_changed;
        *link = buffer->next_changed;
        cache->changed_count--;
    }
    block_cache_drop(cache, buffer);
    return dirty;
}
