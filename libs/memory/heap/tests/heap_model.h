/*
 * Drives a heap with operations spelt out by bytes, and holds every block against a model: alignment,
 * contents (so that blocks that overlap are seen), what realloc keeps, NULL only when memory is short. Pages
 * are taken and given back in between, so that the heap's own are not always adjacent.
 */
#pragma once

#include "../../pages/tests/fake_pages.h"

#include <heap.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_BLOCKS 64

struct model_block {
    unsigned char *at;
    size_t size;
    unsigned char mark;
};

static struct model_block model_blocks[MODEL_BLOCKS];
static void *model_pages[4];
static unsigned char model_mark;

static void model_check(const struct model_block *block, size_t size)
{
    assert((uintptr_t)block->at % HEAP_ALIGNMENT == 0);
    for (size_t i = 0; i < size; i++)
        assert(block->at[i] == (unsigned char)(block->mark + i));
}

static void model_fill(struct model_block *block)
{
    block->mark = ++model_mark;
    for (size_t i = 0; i < block->size; i++)
        block->at[i] = (unsigned char)(block->mark + i);
}

static size_t model_size(unsigned kind, unsigned a, unsigned b)
{
    switch (kind % 8) {
    case 0:
        return (a << 8 | b) * 4; /* up to 256 KiB */
    case 1:
        return a << 8 | b;
    case 2:
        return 4096 * (a % 8) - (a % 8 != 0 ? b % 40 : 0); /* about whole pages */
    case 3:
        return b % 8 == 0 ? SIZE_MAX - a : a; /* impossible */
    default:
        return a % 200;
    }
}

static void model_step(unsigned op, unsigned which, unsigned a, unsigned b)
{
    struct model_block *block = &model_blocks[which % MODEL_BLOCKS];
    size_t size = model_size(op >> 3, a, b);
    void *got;

    switch (op & 7) {
    case 0:
        if (model_pages[which % 4] != NULL) {
            pages_free(model_pages[which % 4], 2);
            model_pages[which % 4] = NULL;
        } else {
            model_pages[which % 4] = pages_alloc(2);
        }
        return;
    case 1:
    case 2:
        if (block->at != NULL)
            model_check(block, block->size);
        heap_free(block->at);
        *block = (struct model_block){0};
        return;
    case 3:
    case 4:
        if (block->at != NULL)
            model_check(block, block->size);
        got = heap_realloc(block->at, size);
        if (got == NULL) {
            assert(size >= 4096 / 2 || pages_available() == 0 || fake_pages_fail_in == 0);
            if (block->at != NULL)
                model_check(block, block->size);
            return;
        }
        block->at = got;
        model_check(block, block->size < size ? block->size : size);
        break;
    default:
        if (block->at != NULL)
            return;
        got = heap_alloc(size);
        if (got == NULL) {
            assert(size >= 4096 / 2 || pages_available() == 0 || fake_pages_fail_in == 0);
            return;
        }
        block->at = got;
        break;
    }
    block->size = size;
    model_fill(block);
}

static void model_check_all(void)
{
    for (size_t i = 0; i < MODEL_BLOCKS; i++)
        if (model_blocks[i].at != NULL)
            model_check(&model_blocks[i], model_blocks[i].size);
}

/* Four bytes an operation; ends with everything freed, in an order that the last bytes choose. */
static void model_run(const uint8_t *bytes, size_t size)
{
    size_t steps = size / 4;

    for (size_t i = 0; i < steps; i++) {
        model_step(bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]);
        if (i % 16 == 0)
            model_check_all();
    }
    model_check_all();
    for (size_t i = 0; i < MODEL_BLOCKS; i++) {
        struct model_block *block =
            &model_blocks[(i * 13 + (size != 0 ? bytes[size - 1] : 0)) % MODEL_BLOCKS];
        heap_free(block->at);
        *block = (struct model_block){0};
    }
    for (size_t i = 0; i < 4; i++) {
        if (model_pages[i] != NULL)
            pages_free(model_pages[i], 2);
        model_pages[i] = NULL;
    }
}

/* `steps` random operations; the same seed, the same operations. */
static inline void model_run_random(unsigned seed, size_t steps)
{
    uint8_t *bytes = malloc(steps * 4);
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;

    for (size_t i = 0; i < steps * 4; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
    model_run(bytes, steps * 4);
    free(bytes);
}
