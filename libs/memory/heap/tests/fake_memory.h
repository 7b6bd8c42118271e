/*
 * Heap and pages for host tests of what stands on them: from malloc, so that AddressSanitizer sees every
 * block. Counts what is in use, can fail at any one allocation, and can take everything back. Defines the
 * functions of heap.h and pages.h; include it in one file.
 */
#pragma once

#include <assert.h>
#include <heap.h>
#include <pages.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct fake_block {
    struct fake_block *next, *previous;
    void *memory;
    size_t size;
};

static struct fake_block fake_blocks = {&fake_blocks, &fake_blocks, NULL, 0};
static size_t fake_live;       /* blocks in use */
static long fake_fail_at = -1; /* the allocation that fails, counted from 0 */
static long fake_allocations;  /* made so far */
#ifndef FAKE_MEMORY_WITHOUT_PAGES
static long fake_pages_left = -1; /* no more pages than this, if not negative */
#endif

static inline void fake_fail(long at)
{
    fake_fail_at = at;
    fake_allocations = 0;
}

static void *fake_take(size_t size, size_t alignment)
{
    struct fake_block *block;

    if (fake_allocations++ == fake_fail_at || size > (size_t)1 << 32)
        return NULL;
    block = malloc(sizeof *block);
    block->memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (alignment == 16) { /* exact, so that the first byte too many is noticed */
        free(block->memory);
        block->memory = malloc(size);
    }
    if (size != 0)
        memset(block->memory, 0xa5, size);
    block->size = size;
    block->next = fake_blocks.next;
    block->previous = &fake_blocks;
    block->next->previous = block->previous->next = block;
    fake_live++;
    return block->memory;
}

static void fake_give(void *memory)
{
    struct fake_block *block = fake_blocks.next;

    while (block != &fake_blocks && block->memory != memory)
        block = block->next;
    assert(block != &fake_blocks && "freed twice, or never allocated");
    block->next->previous = block->previous;
    block->previous->next = block->next;
    free(memory);
    free(block);
    fake_live--;
}

static inline void fake_reset(void)
{
    while (fake_blocks.next != &fake_blocks)
        fake_give(fake_blocks.next->memory);
    fake_fail(-1);
}

void *heap_alloc(size_t size)
{
    return fake_take(size, 16);
}

void heap_free(void *block)
{
    if (block != NULL)
        fake_give(block);
}

void *heap_realloc(void *block, size_t size)
{
    struct fake_block *old = fake_blocks.next;
    void *moved = heap_alloc(size);

    if (block == NULL || moved == NULL)
        return moved;
    while (old->memory != block)
        old = old->next;
    memcpy(moved, block, old->size < size ? old->size : size);
    fake_give(block);
    return moved;
}

#ifndef FAKE_MEMORY_WITHOUT_PAGES /* the test has its own */

void *pages_alloc(size_t count)
{
    void *pages;

    if (count == 0 || (fake_pages_left >= 0 && (size_t)fake_pages_left < count))
        return NULL;
    pages = fake_take(count * PAGE_SIZE, PAGE_SIZE);
    if (pages != NULL && fake_pages_left >= 0)
        fake_pages_left -= (long)count;
    return pages;
}

void pages_free(void *start, size_t count)
{
    if (fake_pages_left >= 0)
        fake_pages_left += (long)count;
    fake_give(start);
}

size_t pages_available(void)
{
    return fake_pages_left >= 0 ? (size_t)fake_pages_left : 1000000;
}

#endif
