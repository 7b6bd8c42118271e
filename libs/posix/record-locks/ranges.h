/*
 * The locked ranges of one file.
 *
 * A list holds what all owners hold: the ranges of one owner stand together, in ascending order, do not
 * overlap, and no two of the same kind touch; owners stand in the order in which they came. Offsets are
 * bytes, both ends belong to the range, and RECORD_RANGES_END is as far as a file can ever reach.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RECORD_RANGES_END INT64_MAX

struct record_range {
    struct record_range *next;
    const void *owner;
    int64_t start, end;
    bool exclusive;
};

/* The first range of the list that keeps another owner from getting `wanted`; NULL: none does. */
const struct record_range *record_ranges_conflict(const struct record_range *list,
                                                  const struct record_range *wanted);

/*
 * Makes `wanted` its owner's, in place of what the owner holds there; nothing of other owners is looked at.
 * -ENOLCK: there is no memory, and nothing has changed.
 */
int record_ranges_take(struct record_range **list, const struct record_range *wanted);

/* The owner of `range` gives up what it holds there. -ENOLCK only if that leaves a hole in the middle. */
int record_ranges_drop(struct record_range **list, const struct record_range *range);

/* The owner gives up everything. Returns whether it held anything. */
bool record_ranges_drop_all(struct record_range **list, const void *owner);
