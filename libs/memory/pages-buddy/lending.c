#include "lending.h"

#include "free_blocks.h"

#include <pages.h>
#include <pages_lending.h>

#define LEAST_ORDER 9u
_Static_assert(1u << LEAST_ORDER == PAGES_LENDING_LEAST, "one is the other's logarithm");

static bool (*shortage)(size_t count);

void pages_lending_on_shortage(bool (*more)(size_t count))
{
    shortage = more;
}

bool pages_buddy_more(size_t count)
{
    return shortage && shortage(count);
}

size_t pages_lending_take(void **start)
{
    uintptr_t frame;
    int order;

    pages_buddy_touch_stack();
    order = buddy_take_unknown(LEAST_ORDER, &frame);
    if (order < 0)
        return 0;
    pages_buddy_available -= (size_t)1 << order;
    *start = (void *)(frame * PAGE_SIZE);
    return (size_t)1 << order;
}

void pages_lending_give(void *start, size_t count)
{
    uintptr_t frame = (uintptr_t)start / PAGE_SIZE;

    pages_buddy_touch_stack();
    buddy_join_known(frame, frame + count);
    pages_buddy_available += count;
}
