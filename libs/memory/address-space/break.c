#include "space.h"

static uintptr_t now; /* the break; 0: nobody has asked yet */

static uintptr_t pages_end(uintptr_t address)
{
    return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

uintptr_t address_space_break(uintptr_t end)
{
    struct region region = {.protection = PAGE_READ | PAGE_WRITE};
    int error = 0;

    if (now == 0)
        now = space_break;
    if (end < space_break || end >= space_maps)
        return now;
    region.start = pages_end(now);
    region.end = pages_end(end);
    if (region.end > region.start)
        error = address_space_map(&region, ADDRESS_SPACE_EXACTLY);
    else if (region.end < region.start)
        error = address_space_unmap(region.end, region.start);
    if (error == 0)
        now = end;
    return now;
}
