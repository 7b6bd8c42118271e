/*
 * A block of the heap and its header.
 *
 * Memory is cut into areas of whole pages, an area into blocks without gaps, and an area ends with a block of
 * size 0 that is always in use. A block's size is the distance to the next block. The payload begins behind
 * `head` and reaches into the next block's first word: that word, `below`, belongs to the next block only
 * while this one is free.
 *
 *     |<------------ size ------------>|
 *     below  head  payload ............ below  head ...
 *                  |<------- size - 8 ------->|
 *
 * The upper 16 bits of `head` hold a tag made from the block's address: a header that was overwritten is
 * noticed when it is next read.
 */
#pragma once

#include <heap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_FREE ((uint64_t)1)       /* this block is in a free list */
#define BLOCK_BELOW_FREE ((uint64_t)2) /* the block below is free, and `below` points to it */
#define BLOCK_FIRST ((uint64_t)4)      /* an area begins here: there is no block below */
#define BLOCK_FLAGS ((uint64_t)15)
#define BLOCK_TAG_SHIFT 48
#define BLOCK_MASK (((uint64_t)1 << BLOCK_TAG_SHIFT) - 1)

struct block {
    struct block *below;
    uint64_t head;
    struct block *next; /* these two only while free */
    struct block *previous;
};

#define BLOCK_HEADER offsetof(struct block, next)
#define BLOCK_MIN sizeof(struct block)

/* Ends the image: the heap cannot be trusted any more. */
_Noreturn void heap_broken(const struct block *block, const char *what);

static inline uint64_t block_tag(const struct block *block)
{
    /* Bits 4 to 19 of the address; the constant keeps zeroes from being a valid header anywhere but once in 1
     * MiB. */
    return ((uint64_t)(uintptr_t)block << (BLOCK_TAG_SHIFT - 4)) ^ ((uint64_t)0xa5c3 << BLOCK_TAG_SHIFT);
}

/* Size and flags, checked. */
static inline uint64_t block_head(const struct block *block)
{
    if ((block->head ^ block_tag(block)) >> BLOCK_TAG_SHIFT)
        heap_broken(block, "overwritten header");
    return block->head & BLOCK_MASK;
}

static inline void block_set_head(struct block *block, uint64_t head)
{
    block->head = head | (block_tag(block) & ~BLOCK_MASK);
}

static inline size_t block_size(const struct block *block)
{
    return block_head(block) & ~BLOCK_FLAGS;
}

static inline struct block *block_at(const struct block *block, size_t distance)
{
    return (struct block *)((uintptr_t)block + distance);
}

static inline struct block *block_above(const struct block *block)
{
    return block_at(block, block_size(block));
}
