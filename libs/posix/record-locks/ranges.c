#include "ranges.h"

#include <errno.h>
#include <heap.h>
#include <stddef.h>

static bool overlap(const struct record_range *a, const struct record_range *b)
{
    return a->start <= b->end && b->start <= a->end;
}

const struct record_range *record_ranges_conflict(const struct record_range *list,
                                                  const struct record_range *wanted)
{
    while (list != NULL && (list->owner == wanted->owner || !overlap(list, wanted) ||
                            !(list->exclusive || wanted->exclusive)))
        list = list->next;
    return list;
}

/* Where the ranges of an owner begin, or where they would. */
static struct record_range **first_of(struct record_range **list, const void *owner)
{
    while (*list != NULL && (*list)->owner != owner)
        list = &(*list)->next;
    return list;
}

static void remove(struct record_range **place)
{
    struct record_range *range = *place;

    *place = range->next;
    heap_free(range);
}

/*
 * Takes [start, end] out of the ranges of an owner, from `place` on, and returns the place where a range
 * [start, end] belongs then. `spare` is for the second half of a range that has a hole afterwards, and
 * becomes NULL when it was used.
 */
static struct record_range **cut(struct record_range **place, const struct record_range *hole,
                                 struct record_range *spare)
{
    struct record_range *range;

    while ((range = *place) != NULL && range->owner == hole->owner && range->start <= hole->end) {
        if (range->end < hole->start) {
            place = &range->next;
        } else if (range->start < hole->start && range->end > hole->end) {
            *spare = *range;
            spare->start = hole->end + 1;
            range->end = hole->start - 1;
            range->next = spare;
            return &range->next;
        } else if (range->start < hole->start) {
            range->end = hole->start - 1;
            place = &range->next;
        } else if (range->end > hole->end) {
            range->start = hole->end + 1;
        } else {
            remove(place);
        }
    }
    return place;
}

/* Whether one range becomes two when the bytes of `hole` are given up (`any`), or become of its kind. */
static bool splits(const struct record_range *range, const struct record_range *hole, bool any)
{
    for (; range != NULL && range->owner == hole->owner; range = range->next)
        if (range->start < hole->start && range->end > hole->end)
            return any || range->exclusive != hole->exclusive;
    return false;
}

/* `range` takes in what touches it, or overlaps with it, and is of its kind; that is no longer needed. */
static void swallow(struct record_range **place, struct record_range *range)
{
    struct record_range *other;

    while ((other = *place) != NULL && other->owner == range->owner) {
        if (other->exclusive != range->exclusive || other->end < range->start - 1 ||
            (range->end != RECORD_RANGES_END && other->start > range->end + 1)) {
            place = &other->next;
            continue;
        }
        if (other->start < range->start)
            range->start = other->start;
        if (other->end > range->end)
            range->end = other->end;
        remove(place);
    }
}

int record_ranges_take(struct record_range **list, const struct record_range *wanted)
{
    struct record_range **place = first_of(list, wanted->owner), *spare = NULL;
    struct record_range *range = heap_alloc(sizeof(*range));

    if (range == NULL)
        return -ENOLCK;
    if (splits(*place, wanted, false)) {
        spare = heap_alloc(sizeof(*spare));
        if (spare == NULL) {
            heap_free(range);
            return -ENOLCK;
        }
    }
    *range = *wanted;
    swallow(place, range);
    place = cut(place, range, spare);
    range->next = *place;
    *place = range;
    return 0;
}

int record_ranges_drop(struct record_range **list, const struct record_range *range)
{
    struct record_range **place = first_of(list, range->owner), *spare = NULL;

    if (splits(*place, range, true)) {
        spare = heap_alloc(sizeof(*spare));
        if (spare == NULL)
            return -ENOLCK;
    }
    cut(place, range, spare);
    return 0;
}

bool record_ranges_drop_all(struct record_range **list, const void *owner)
{
    bool held = false;

    list = first_of(list, owner);
    while (*list != NULL && (*list)->owner == owner) {
        remove(list);
        held = true;
    }
    return held;
}
