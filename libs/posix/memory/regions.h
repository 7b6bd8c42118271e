/*
 * Which memory the application has mapped, and how it is protected.
 *
 * A sorted table of disjoint runs of pages; runs that touch and are protected alike are one. It lives in
 * pages of its own, and grows before something is changed, so that a change never stops in the middle.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGION_UNMAPPED (-1)

struct region {
    uintptr_t start; /* [start, end), page-aligned */
    uintptr_t end;
    int protection; /* PAGE_... */
};

/* Makes room for one memory_regions_set(). Returns false, and nothing has changed, when there is no memory.
 */
bool memory_regions_reserve(void);

/* From now on [start, end) is protected so, or not mapped if `protection` is REGION_UNMAPPED. Needs
 * memory_regions_reserve(). */
void memory_regions_set(uintptr_t start, uintptr_t end, int protection);

/*
 * The part of the first region that lies in [start, end). Returns false if there is none. To visit all,
 * call again from `part->end`; the table may be changed in between.
 */
bool memory_regions_first(uintptr_t start, uintptr_t end, struct region *part);

/* Whether every page of [start, end) is mapped. */
bool memory_regions_cover(uintptr_t start, uintptr_t end);
