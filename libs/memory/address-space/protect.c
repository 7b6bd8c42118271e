#include "space.h"

#include <errno.h>

/* Pages that must be promised when [start, end) of the region gets this protection. */
static size_t to_promise(const struct region *region, uintptr_t start, uintptr_t end, int protection)
{
    struct region then = *region;

    then.protection = protection;
    if (region->flags & REGION_PROMISED || !space_wants_promise(&then))
        return 0;
    return (end - start) / PAGE_SIZE - region_pages_own(region, start, end);
}

/* What must hold before anything changes. */
static int check(uintptr_t start, uintptr_t end, int protection)
{
    size_t promise = 0;

    for (const struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node)) {
        const struct region *region = &node->region;

        if (protection & PAGE_WRITE && region->flags & REGION_READ_ONLY)
            return -EACCES;
        promise += to_promise(region, region->start > start ? region->start : start,
                              region->end < end ? region->end : end, protection);
    }
    return promise == 0 || space_can_promise(promise) ? 0 : -ENOMEM;
}

int address_space_protect(uintptr_t start, uintptr_t end, int protection)
{
    int error;

    space_touch_stack();
    if (protection & PAGE_WRITE && protection & PAGE_EXEC)
        return -EACCES;
    if (!address_space_covers(start, end))
        return -ENOMEM;
    error = check(start, end, protection);
    if (error != 0)
        return error;
    if (!space_reserve(2) || region_pages_divide(start) != 0 || region_pages_divide(end) != 0)
        return -ENOMEM;
    space_cut(start);
    space_cut(end);
    for (struct region_node *node = space_tree_find(start);
         error == 0 && node != NULL && node->region.start < end; node = space_tree_next(node)) {
        struct region *region = &node->region;
        size_t promise = to_promise(region, region->start, region->end, protection);
        int old = region->protection;

        if (old == protection)
            continue;
        region->protection = protection;
        error = region_pages_protect(region, region->start, region->end);
        if (error != 0) {
            region->protection = old;
        } else if (!(region->flags & REGION_PROMISED) && space_wants_promise(region)) {
            region->flags |= REGION_PROMISED;
            space_promised += promise;
        }
    }
    space_join(start, end);
    return error;
}
