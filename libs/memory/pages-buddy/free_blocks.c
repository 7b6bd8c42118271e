#include "free_blocks.h"

#include <config.h>
#include <pages.h>

#ifdef CONFIG_PAGES_BUDDY_LENDING
#define KNOWN 0x80u /* in the state of a free block: the host knows of all of it */
#else
#define KNOWN 0u
#endif

struct block {
    struct block *next, *previous; /* NULL at the ends */
};

static struct block *first_of[BUDDY_MAX + 1];
static uint32_t filled; /* bit n: first_of[n] is not NULL */
static uint8_t *state;  /* of each frame: 1 + the order of the free block that begins there, else 0 */
static uintptr_t first_frame, end_frame;

void buddy_frames(uintptr_t first, size_t count, uint8_t *bytes)
{
    first_frame = first;
    end_frame = first + count;
    state = bytes;
}

static struct block *block_at(uintptr_t frame)
{
    return (struct block *)(frame * PAGE_SIZE);
}

int buddy_order(uintptr_t frame)
{
    return frame - first_frame < end_frame - first_frame ? (int)(state[frame - first_frame] & ~KNOWN) - 1
                                                         : -1;
}

bool buddy_any_free(uintptr_t frame, uintptr_t end)
{
    if (frame < first_frame || end > end_frame)
        return true; /* no memory at all: whoever frees it is wrong just as much */
    for (uint32_t orders = filled & ~1u; orders != 0; orders &= orders - 1) { /* blocks that begin below */
        int order = __builtin_ctz(orders);

        if (buddy_order(frame >> order << order) == order)
            return true;
    }
    while (frame < end)
        if (state[frame++ - first_frame] != 0)
            return true;
    return false;
}

static void insert(uintptr_t frame, unsigned order, unsigned known)
{
    struct block *block = block_at(frame);

    block->previous = NULL;
    block->next = first_of[order];
    if (block->next != NULL)
        block->next->previous = block;
    first_of[order] = block;
    filled |= 1u << order;
    state[frame - first_frame] = (uint8_t)((order + 1) | known);
}

void buddy_remove(uintptr_t frame, unsigned order)
{
    struct block *block = block_at(frame);

    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL)
        block->previous->next = block->next;
    else if ((first_of[order] = block->next) == NULL)
        filled &= ~(1u << order);
    state[frame - first_frame] = 0;
}

int buddy_take(unsigned order, uintptr_t *frame)
{
    uint32_t large_enough = order <= BUDDY_MAX ? filled >> order << order : 0;

    if (large_enough == 0)
        return -1;
    order = (unsigned)__builtin_ctz(large_enough);
    *frame = (uintptr_t)first_of[order] / PAGE_SIZE;
    buddy_remove(*frame, order);
    return (int)order;
}

/* The order of the largest block that can begin at `frame` and ends by `end`. */
static unsigned largest(uintptr_t frame, uintptr_t end)
{
    unsigned order = 63 - (unsigned)__builtin_clzl(end - frame);

    if (frame != 0 && order > (unsigned)__builtin_ctzl(frame))
        order = (unsigned)__builtin_ctzl(frame);
    return order < BUDDY_MAX ? order : BUDDY_MAX;
}

void buddy_add(uintptr_t frame, uintptr_t end)
{
    while (frame < end) {
        unsigned order = largest(frame, end);

        insert(frame, order, 0);
        frame += (uintptr_t)1 << order;
    }
}

static void join(uintptr_t frame, uintptr_t end, unsigned known)
{
    while (frame < end) {
        unsigned order = largest(frame, end), known_all = known;
        uintptr_t block = frame;

        frame += (uintptr_t)1 << order;
        while (order < BUDDY_MAX) {
            uintptr_t buddy = block ^ (uintptr_t)1 << order;

            if (buddy_order(buddy) != (int)order)
                break;
            known_all &= state[buddy - first_frame];
            buddy_remove(buddy, order);
            block &= buddy;
            order++;
        }
        insert(block, order, known_all);
    }
}

void buddy_join(uintptr_t frame, uintptr_t end)
{
    join(frame, end, 0);
}

#ifdef CONFIG_PAGES_BUDDY_LENDING
void buddy_join_known(uintptr_t frame, uintptr_t end)
{
    join(frame, end, KNOWN);
}

int buddy_take_unknown(unsigned least, uintptr_t *frame)
{
    for (uint32_t orders = filled >> least << least; orders != 0; orders &= orders - 1) {
        int order = __builtin_ctz(orders);

        for (struct block *block = first_of[order]; block != NULL; block = block->next) {
            *frame = (uintptr_t)block / PAGE_SIZE;
            if (state[*frame - first_frame] & KNOWN)
                continue;
            buddy_remove(*frame, (unsigned)order);
            return order;
        }
    }
    return -1;
}
#endif

uintptr_t buddy_find_run(size_t count)
{
    uintptr_t start = first_frame;

    for (uintptr_t frame = first_frame; frame < end_frame;) {
        int order = buddy_order(frame);

        if (order < 0) {
            start = ++frame;
            continue;
        }
        frame += (uintptr_t)1 << order;
        if (frame - start >= count)
            return start;
    }
    return 0;
}
