#include "space.h"

#include <errno.h>

const struct region *address_space_find(uintptr_t address)
{
    const struct region_node *node = space_tree_find(address);

    return node != NULL ? &node->region : NULL;
}

bool address_space_covers(uintptr_t start, uintptr_t end)
{
    const struct region_node *node = space_tree_find(start);

    while (node != NULL && node->region.start <= start) {
        if (node->region.end >= end)
            return true;
        start = node->region.end;
        node = space_tree_next(node);
    }
    return false;
}

static bool is_free(uintptr_t start, uintptr_t end)
{
    const struct region_node *node = space_tree_find(start);

    return node == NULL || node->region.start >= end;
}

/* A place for `size` bytes; 0: there is none. */
static uintptr_t find_place(const struct region *region, size_t size)
{
    uintptr_t wish = region->start & ~(PAGE_SIZE - 1), place;

    if (space_holds(wish, wish + size) && is_free(wish, wish + size))
        return wish;
    if (region->file == NULL && !(region->flags & REGION_SMALL) && size >= REGION_LARGE) {
        place = space_tree_hole(space_maps, space_end, size + REGION_LARGE - PAGE_SIZE);
        if (place != 0)
            return (place + REGION_LARGE - 1) & ~(REGION_LARGE - 1);
    }
    place = space_tree_hole(space_maps, space_end, size);
    return place != 0 ? place : space_tree_hole(space_start, space_end, size);
}

static int choose_place(struct region *region, enum address_space_place place)
{
    size_t size = region->end - region->start;

    if (place != ADDRESS_SPACE_ANYWHERE) {
        if (!space_holds(region->start, region->end))
            return -ENOMEM;
        return place == ADDRESS_SPACE_EXACTLY && !is_free(region->start, region->end) ? -EEXIST : 0;
    }
    region->start = find_place(region, size);
    region->end = region->start + size;
    return region->start != 0 ? 0 : -ENOMEM;
}

int address_space_map(struct region *region, enum address_space_place place)
{
    size_t pages = (region->end - region->start) / PAGE_SIZE;
    int error;

    space_touch_stack();
    if (region->protection & PAGE_WRITE && region->protection & PAGE_EXEC)
        return -EACCES;
    error = choose_place(region, place);
    if (error != 0)
        return error;
    if (!space_allowed(region))
        return -ENOMEM;
    if (space_wants_promise(region)) {
        if (!space_can_promise(pages))
            return -ENOMEM;
        region->flags |= REGION_PROMISED;
    }
    if (!space_reserve(3)) /* this one, and two cuts for what it replaces */
        return -ENOMEM;
    if (place == ADDRESS_SPACE_REPLACE)
        error = address_space_unmap(region->start, region->end);
    if (error == 0)
        error = region_pages_add(region);
    if (error != 0)
        return error;
    if (region->flags & REGION_PROMISED)
        space_promised += pages;
    space_add(region);
    space_join(region->start, region->end);
    return 0;
}

int address_space_unmap(uintptr_t start, uintptr_t end)
{
    struct region_node *node, *below;

    space_touch_stack();
    node = space_tree_find(start);
    if (node == NULL || node->region.start >= end)
        return 0;
    if (!space_reserve(2) || region_pages_divide(start) != 0 || region_pages_divide(end) != 0)
        return -ENOMEM;
    space_cut(start);
    space_cut(end);
    node = space_tree_find(start);
    below = space_tree_previous(node);
    while (node != NULL && node->region.start < end) {
        struct region_node *next = space_tree_next(node);
        struct region *region = &node->region;
        size_t own = region_pages_remove(region, region->start, region->end);

        if (region->flags & REGION_PROMISED)
            space_promised -= (region->end - region->start) / PAGE_SIZE - own;
        space_file_put(region);
        space_remove(node);
        node = next;
    }
    region_pages_forget(start, end, below != NULL ? below->region.end : space_start,
                        node != NULL ? node->region.start : space_end);
    return 0;
}
