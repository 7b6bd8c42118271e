#include "space.h"

#include <errno.h>

/* The region that holds all of [start, end), or NULL. */
static struct region_node *holder(uintptr_t start, uintptr_t end)
{
    struct region_node *node = space_tree_find(start);

    return node != NULL && node->region.start <= start && node->region.end >= end ? node : NULL;
}

/* Grows where it is. -ENOMEM: something lies behind it, or there is no memory. */
static int extend(struct region_node *node, size_t by)
{
    struct region more = node->region;

    more.offset += more.end - more.start;
    more.start = more.end;
    more.end += by;
    more.flags &= ~REGION_PROMISED;
    space_file_get(&more);
    int error = address_space_map(&more, ADDRESS_SPACE_EXACTLY);
    if (error != 0)
        space_file_put(&more);
    return error == -EEXIST ? -ENOMEM : error;
}

/* To a new region of `size` bytes at or near `to`. */
static int move(uintptr_t start, uintptr_t end, size_t size, enum address_space_place place, bool keep,
                uintptr_t *to)
{
    const struct region *old = &holder(start, end)->region;
    struct region new = *old;
    size_t own;
    int error;

    /* A move inside of large pages keeps them if both places lie alike. */
    new.start = place == ADDRESS_SPACE_REPLACE ? *to : 0;
    new.end = new.start + size;
    new.offset += start - old->start;
    new.flags &= ~REGION_PROMISED;
    if (region_pages_divide(start) != 0 || region_pages_divide(end) != 0)
        return -ENOMEM;
    space_file_get(&new);
    error = address_space_map(&new, place);
    if (error != 0) {
        space_file_put(&new);
        return error;
    }
    old = &holder(start, end)->region;
    own = region_pages_own(old, start, end);
    error = region_pages_move(old, start, end, new.start);
    if (error != 0) {
        address_space_unmap(new.start, new.end);
        return error;
    }
    /* What has moved is no longer promised but there, and the old place has it still to come. */
    if (new.flags & REGION_PROMISED)
        space_promised -= own;
    if (old->flags & REGION_PROMISED)
        space_promised += own;
    *to = new.start;
    return keep ? 0 : address_space_unmap(start, end);
}

int address_space_remap(uintptr_t start, uintptr_t end, size_t size, enum address_space_place place,
                        bool keep, uintptr_t *to)
{
    uintptr_t new_end = start + size;
    struct region_node *node;
    int error;

    space_touch_stack();
    node = holder(start, end);
    if (node == NULL)
        return -EFAULT;
    if (place == ADDRESS_SPACE_REPLACE) {
        if (!space_holds(*to, *to + size))
            return -ENOMEM;
        if (*to < end && start < *to + size)
            return -EINVAL;
        if (size < end - start) {
            error = address_space_unmap(new_end, end);
            if (error != 0)
                return error;
            end = new_end;
        }
        error = address_space_unmap(*to, *to + size); /* may join or cut, but not what is moved */
        return error != 0 ? error : move(start, end, size, place, keep, to);
    }
    if (!keep) {
        *to = start;
        if (new_end <= end)
            return new_end < end ? address_space_unmap(new_end, end) : 0;
        if (node->region.end == end) {
            error = extend(node, new_end - end);
            if (error == 0 || place == ADDRESS_SPACE_EXACTLY)
                return error;
        }
    }
    return place == ADDRESS_SPACE_EXACTLY ? -ENOMEM : move(start, end, size, place, keep, to);
}
