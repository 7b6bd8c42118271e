/*
 * Moving pages: the host does, where it sees one mapping; where it sees several, page by page.
 */
#include "host_pages.h"

#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#include <string.h>

static long move(uintptr_t start, uintptr_t end, uintptr_t to)
{
    long size = (long)(end - start);

    return host_call(HOST_CALL_MREMAP, (long)start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (long)to, 0);
}

/* The host leaves a hole where something was: it becomes part of the room again. */
int region_pages_move(const struct region *region, uintptr_t start, uintptr_t end, uintptr_t to)
{
    size_t pages = (end - start) / HOST_PAGE;

    if (move(start, end, to) < 0)
        for (size_t i = 0; i < pages; i++)
            if (move(start + i * HOST_PAGE, start + (i + 1) * HOST_PAGE, to + i * HOST_PAGE) < 0)
                return -ENOMEM;
    if (region->file != NULL) {
        memcpy(region_pages_host_state(to), region_pages_host_state(start), pages);
        memset(region_pages_host_state(start), HOST_PAGE_UNTOUCHED, pages);
    }
    return region_pages_host_clear(start, end);
}
