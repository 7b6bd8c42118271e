/* What the memory calls share. */
#pragma once

#include <address_space.h>
#include <pages.h>

/* The end of the pages that [start, start + length) touches, in `*end`. False: it has none, or `start` is not
 * the beginning of a page, or it goes beyond all addresses. */
static inline bool paged_range(uintptr_t start, size_t length, uintptr_t *end)
{
    size_t size = (length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

    *end = start + size;
    return start % PAGE_SIZE == 0 && size >= length && *end > start;
}

/* Whether mappings to come are locked: mlockall(). */
extern bool paged_lock_future;
