/*
 * What lies in a range, as far as it is not the business of its mapping.
 */
#include "space.h"

#include <errno.h>

/* The part of the node's region that lies in [*start, end); `*start` becomes the end of that part. */
static struct region part_of(const struct region_node *node, uintptr_t *start, uintptr_t end)
{
    struct region part = node->region;

    if (part.start < *start)
        part.start = *start;
    if (part.end > end)
        part.end = end;
    *start = part.end;
    return part;
}

int address_space_discard(uintptr_t start, uintptr_t end)
{
    space_touch_stack();
    for (struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node))
        if (node->region.flags & REGION_LOCKED)
            return -EINVAL;
    if (region_pages_divide(start) != 0 || region_pages_divide(end) != 0)
        return -ENOMEM;
    int error = address_space_covers(start, end) ? 0 : -ENOMEM; /* what there is, is discarded nevertheless */
    for (struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node)) {
        struct region part = part_of(node, &start, end);
        size_t own = region_pages_discard(&node->region, part.start, part.end);

        if (node->region.flags & REGION_PROMISED)
            space_promised += own;
    }
    return error;
}

/* Fetches one page. Returns how many bytes from its beginning are there now, or an error. */
static long fetch(const struct region *region, uintptr_t address)
{
    long got = region_pages_fetch(region, address, region->protection & PAGE_WRITE);

    if (got < 0)
        return got;
    if (region->flags & REGION_PROMISED)
        space_promised -= (size_t)got;
    return got > 1 ? (long)(REGION_LARGE - address % REGION_LARGE) : (long)PAGE_SIZE;
}

int address_space_populate(uintptr_t start, uintptr_t end)
{
    space_touch_stack();
    for (struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node)) {
        struct region part = part_of(node, &start, end);

        if (part.protection == PAGE_NONE)
            continue;
        for (uintptr_t at = part.start; at < part.end;) {
            long got =
                !(part.flags & REGION_PROMISED) && !space_can_promise(1) ? -ENOMEM : fetch(&node->region, at);

            if (got < 0)
                return (int)got;
            at += (size_t)got;
        }
    }
    return 0;
}

int address_space_lock(uintptr_t start, uintptr_t end, bool lock)
{
    space_touch_stack();
    if (!address_space_covers(start, end) || !space_reserve(2))
        return -ENOMEM;
    space_cut(start);
    space_cut(end);
    for (struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node))
        node->region.flags = lock ? node->region.flags | REGION_LOCKED : node->region.flags & ~REGION_LOCKED;
    space_join(start, end);
    return lock ? address_space_populate(start, end) : 0;
}

int address_space_sync(uintptr_t start, uintptr_t end, bool unlocked)
{
    int error = address_space_covers(start, end) ? 0 : -ENOMEM;

    space_touch_stack();
    for (struct region_node *node = space_tree_find(start); node != NULL && node->region.start < end;
         node = space_tree_next(node)) {
        struct region part = part_of(node, &start, end);
        int result = unlocked && part.flags & REGION_LOCKED ? -EBUSY : 0;

        if (result == 0)
            result = region_pages_sync(&node->region, part.start, part.end);
        if (error == 0)
            error = result;
    }
    return error;
}

void address_space_collect(const struct file_pages *file)
{
    if (file == NULL)
        return;
    space_touch_stack();
    for (struct region_node *node = space_tree_find(0); node != NULL; node = space_tree_next(node))
        if (node->region.file == file)
            region_pages_collect(&node->region, node->region.start, node->region.end);
}
