/*
 * Page allocation with buddies.
 *
 * A run that is no power of two is cut out of the next larger block, whose rest stays free; and where no
 * block is large enough, out of several that lie side by side. So whatever run of free pages there is can be
 * had.
 */
#include "failures.h"
#include "free_blocks.h"
#include "lending.h"

#include <boot_info.h>
#include <errno.h>
#include <pages.h>
#include <string.h>

/*
 * What the functions below need of the stack, with an interrupt on top. A stack may lie in memory that is
 * given when it is first touched: then that must happen before anything here is half changed, for it is these
 * functions that give it.
 */
#define STACK_NEEDED 1024

size_t pages_buddy_available;

__attribute__((noinline)) void pages_buddy_touch_stack(void)
{
    volatile char needed[STACK_NEEDED];

    needed[0] = 0;
    (void)needed[0];
}

int pages_buddy_init(void)
{
    const struct boot_range *ranges = boot_info.ranges;
    size_t n = boot_info.range_count, holder = 0;

    if (n == 0)
        return -ENOMEM;
    uintptr_t first = ranges[0].start / PAGE_SIZE;
    size_t frames = ranges[n - 1].end / PAGE_SIZE - first;
    size_t size = (frames + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1); /* a byte for each */

    while (ranges[holder].end - ranges[holder].start < size)
        if (++holder == n)
            return -ENOMEM;
    buddy_frames(first, frames, memset((void *)ranges[holder].start, 0, frames));
    for (size_t i = 0; i < n; i++) {
        uintptr_t start = ranges[i].start + (i == holder ? size : 0);

        if (start < ranges[i].end)
            pages_free((void *)start, (ranges[i].end - start) / PAGE_SIZE);
    }
    return 0;
}

void *pages_alloc_aligned(unsigned order)
{
    uintptr_t frame;
    int found;

    pages_buddy_touch_stack();
    if (order > BUDDY_MAX || pages_buddy_fails())
        return NULL;
    while ((found = buddy_take(order, &frame)) < 0)
        if (!pages_buddy_more((size_t)1 << order))
            return NULL;
    buddy_add(frame + ((uintptr_t)1 << order), frame + ((uintptr_t)1 << found));
    pages_buddy_available -= (size_t)1 << order;
    return (void *)(frame * PAGE_SIZE);
}

/* `count` pages of several blocks, none of which holds as many. */
static void *alloc_across(size_t count)
{
    uintptr_t start = count <= pages_buddy_available ? buddy_find_run(count) : 0;

    if (start == 0)
        return NULL;
    for (uintptr_t frame = start; frame < start + count;) {
        unsigned order = (unsigned)buddy_order(frame);

        buddy_remove(frame, order);
        frame += (uintptr_t)1 << order;
        if (frame > start + count)
            buddy_add(start + count, frame);
    }
    pages_buddy_available -= count;
    return (void *)(start * PAGE_SIZE);
}

static void *alloc(size_t count)
{
    uintptr_t frame;
    int found = buddy_take(count == 1 ? 0 : 64 - (unsigned)__builtin_clzl(count - 1), &frame);

    if (found < 0)
        return count == 1 ? NULL : alloc_across(count);
    buddy_add(frame + count, frame + ((uintptr_t)1 << found));
    pages_buddy_available -= count;
    return (void *)(frame * PAGE_SIZE);
}

void *pages_alloc(size_t count)
{
    void *run;

    pages_buddy_touch_stack();
    if (count == 0 || pages_buddy_fails())
        return NULL;
    while ((run = alloc(count)) == NULL && pages_buddy_more(count)) {
    }
    return run;
}

void pages_free(void *start, size_t count)
{
    uintptr_t frame = (uintptr_t)start / PAGE_SIZE;

    pages_buddy_touch_stack();
    if (count == 0)
        return;
    /* Pages that are free already: the caller's mistake, which would hand the same page out twice. */
    if (buddy_any_free(frame, frame + count))
        __builtin_trap();
    buddy_join(frame, frame + count);
    pages_buddy_available += count;
}

size_t pages_available(void)
{
    return pages_buddy_available;
}
