/*
 * Two-level segregated fit, after the published idea of Masmano, Ripoll, Crespo and Real (ECRTS 2004).
 *
 * A freed block is joined with free neighbours at once. The heap grows by as many pages as a request needs;
 * pages that follow the last area extend it. A request of LARGE bytes or more gets an area of its own. An
 * area that is free as a whole goes back to the page allocator.
 */
#include "free_lists.h"

#include <config.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_LIB_PANIC
#include <panic.h>
#endif

#define LARGE ((size_t)64 * 1024)

static struct block *last_end; /* the end block of the area that may be extended, or NULL */

void heap_broken(const struct block *block, const char *what)
{
#ifdef CONFIG_LIB_PANIC
    panic("heap: block %p: %s", (const void *)block_at(block, BLOCK_HEADER), what);
#else
    (void)block;
    (void)what;
    __builtin_trap();
#endif
}

/* The size of the block for a request, or 0 if there can be none. */
static size_t block_size_for(size_t request)
{
    size_t size = (request + sizeof(uint64_t) + HEAP_ALIGNMENT - 1) & ~(HEAP_ALIGNMENT - 1);

    if (request > FREE_LISTS_MAX - 2 * HEAP_ALIGNMENT)
        return 0;
    return size < BLOCK_MIN ? BLOCK_MIN : size;
}

/* Joins a block in use with the block below it if that is free; returns the block that it then is, in use. */
static struct block *join_below(struct block *block)
{
    uint64_t head = block_head(block);
    struct block *below = block->below;

    if (!(head & BLOCK_BELOW_FREE))
        return block;
    if (!(block_head(below) & BLOCK_FREE) || block_above(below) != block)
        heap_broken(block, "overwritten header");
    tlsf_remove(below);
    block_set_head(below, block_head(below) + (head & ~BLOCK_FLAGS));
    return below;
}

/* Joins a block in use with the block above it if that is free. */
static void join_above(struct block *block)
{
    struct block *above = block_above(block);

    if (!(block_head(above) & BLOCK_FREE))
        return;
    tlsf_remove(above);
    block_set_head(block, block_head(block) + block_size(above));
    above = block_above(block);
    block_set_head(above, block_head(above) & ~BLOCK_BELOW_FREE);
}

/* Takes back a block in use. */
static void release(struct block *block)
{
    struct block *above;
    size_t size;

    join_above(block);
    block = join_below(block);
    above = block_above(block);
    size = block_size(block);
    if ((block_head(block) & BLOCK_FIRST) && block_size(above) == 0) {
        if (above == last_end)
            last_end = NULL;
        pages_free(block, (size + BLOCK_HEADER) / PAGE_SIZE);
        return;
    }
    tlsf_add(block);
    above->below = block;
    block_set_head(above, block_head(above) | BLOCK_BELOW_FREE);
}

/* Makes a block in use no larger than it must be. */
static void trim(struct block *block, size_t size)
{
    size_t rest = block_size(block) - size;

    if (rest < BLOCK_MIN)
        return;
    block_set_head(block_at(block, size), rest);
    block_set_head(block, block_head(block) - rest);
    release(block_at(block, size));
}

/* A block in use of at least `size` bytes, on new pages. */
static struct block *grow(size_t size)
{
    size_t bytes = (size + BLOCK_HEADER + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    struct block *block = pages_alloc(bytes / PAGE_SIZE), *end;
    bool extends = bytes < LARGE && last_end != NULL && block == block_at(last_end, BLOCK_HEADER);

    if (block == NULL)
        return NULL;
    end = block_at(block, bytes - BLOCK_HEADER);
    block_set_head(end, 0);
    if (bytes < LARGE)
        last_end = end;
    if (extends) {
        /* The old end becomes the header of what follows; the block below it may be free. */
        block = block_at(block, -BLOCK_HEADER);
        block_set_head(block, block_head(block) + bytes);
        return join_below(block);
    }
    block_set_head(block, (bytes - BLOCK_HEADER) | BLOCK_FIRST);
    return block;
}

/* The block that a payload belongs to, which must be in use. */
static struct block *block_of(void *payload)
{
    struct block *block = (struct block *)((uintptr_t)payload - BLOCK_HEADER);

    if (block_head(block) & BLOCK_FREE)
        heap_broken(block, "freed twice, or used after it was freed");
    return block;
}

void *heap_alloc(size_t request)
{
    size_t size = block_size_for(request);
    struct block *block, *above;

    if (size == 0)
        return NULL;
    block = tlsf_take(size);
    if (block != NULL) {
        above = block_above(block);
        block_set_head(above, block_head(above) & ~BLOCK_BELOW_FREE);
    } else {
        block = grow(size);
        if (block == NULL)
            return NULL;
        /* Nobody else gets into an area of a large block: it goes back when the block does. */
        if (size >= LARGE)
            return block_at(block, BLOCK_HEADER);
    }
    trim(block, size);
    return block_at(block, BLOCK_HEADER);
}

void heap_free(void *payload)
{
    if (payload != NULL)
        release(block_of(payload));
}

void *heap_realloc(void *payload, size_t request)
{
    size_t size = block_size_for(request), old;
    struct block *block, *above;
    void *moved;

    if (payload == NULL)
        return heap_alloc(request);
    if (size == 0)
        return NULL;
    block = block_of(payload);
    old = block_size(block);
    above = block_above(block);
    if (size > old && (block_head(above) & BLOCK_FREE) && size <= old + block_size(above))
        join_above(block);
    if (size <= block_size(block)) {
        trim(block, size);
        return payload;
    }
    moved = heap_alloc(request);
    if (moved != NULL) {
        memcpy(moved, payload, old - sizeof(uint64_t));
        release(block);
    }
    return moved;
}
