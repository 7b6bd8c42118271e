#include "free_lists.h"

#define STEP_BITS 4
#define STEPS (1u << STEP_BITS)
#define POWERS 29 /* row 0: fewer than 16 units; the last: from FREE_LISTS_MAX on, whatever the size */

struct list {
    unsigned power, step;
};

static struct block *heads[POWERS][STEPS];
static uint32_t power_map;
static uint32_t step_map[POWERS];

/* The list that a block of `size` bytes belongs to. */
static struct list list_of(size_t size)
{
    uint64_t units = size / HEAP_ALIGNMENT;
    unsigned top;

    if (units < STEPS)
        return (struct list){0, (unsigned)units};
    top = 63 - (unsigned)__builtin_clzll(units);
    if (top > POWERS + STEP_BITS - 2)
        return (struct list){POWERS - 1, STEPS - 1};
    return (struct list){top - STEP_BITS + 1, (unsigned)(units >> (top - STEP_BITS)) & (STEPS - 1)};
}

void tlsf_add(struct block *block)
{
    uint64_t head = block_head(block);
    struct list list = list_of(head & ~BLOCK_FLAGS);
    struct block **first = &heads[list.power][list.step];

    block_set_head(block, head | BLOCK_FREE);
    block->previous = NULL;
    block->next = *first;
    if (*first != NULL)
        (*first)->previous = block;
    *first = block;
    step_map[list.power] |= 1u << list.step;
    power_map |= 1u << list.power;
}

void tlsf_remove(struct block *block)
{
    uint64_t head = block_head(block);
    struct list list = list_of(head & ~BLOCK_FLAGS);
    struct block **link = block->previous != NULL ? &block->previous->next : &heads[list.power][list.step];

    if (*link != block || (block->next != NULL && block->next->previous != block))
        heap_broken(block, "overwritten after it was freed");
    block_set_head(block, head & ~BLOCK_FREE);
    *link = block->next;
    if (block->next != NULL)
        block->next->previous = block->previous;
    if (heads[list.power][list.step] != NULL)
        return;
    step_map[list.power] &= ~(1u << list.step);
    if (step_map[list.power] == 0)
        power_map &= ~(1u << list.power);
}

struct block *tlsf_take(size_t size)
{
    struct list list = list_of(size);
    struct block *block = heads[list.power][list.step];
    uint32_t steps, powers;

    /* Blocks of the request's own list may be too small. The newest is tried: sizes tend to come back. */
    if (block == NULL || block_size(block) < size) {
        steps = step_map[list.power] & ~((2u << list.step) - 1);
        if (steps == 0) {
            powers = power_map & ~((2u << list.power) - 1);
            if (powers == 0)
                return NULL;
            list.power = (unsigned)__builtin_ctz(powers);
            steps = step_map[list.power];
        }
        block = heads[list.power][__builtin_ctz(steps)];
    }
    tlsf_remove(block);
    return block;
}
