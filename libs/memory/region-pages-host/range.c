/*
 * What lies behind a part of a region.
 */
#include "host_pages.h"

#include <errno.h>
#include <host_calls.h>
#include <host_linux.h>
#include <string.h>

int region_pages_add(const struct region *region)
{
    return region->file != NULL ? 0
                                : region_pages_host_protect(region->start, region->end, region->protection);
}

int region_pages_divide(uintptr_t address)
{
    (void)address;
    return 0;
}

long region_pages_fetch(const struct region *region, uintptr_t address, bool write)
{
    volatile unsigned char *byte = (volatile unsigned char *)address;

    if (region->file != NULL)
        return region_pages_host_fetch(region, address & ~(HOST_PAGE - 1), write);
    /* The host fetches what is touched. A thread that is interrupted here may write, and nothing is lost. */
    if (write)
        __atomic_fetch_or(byte, 0, __ATOMIC_RELAXED);
    else
        (void)*byte;
    return 0;
}

/* Discards what is there; of what has no file the protection stays. */
static void discard(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (region->file == NULL) {
        host_call(HOST_CALL_MADVISE, (long)start, (long)(end - start), MADV_DONTNEED, 0, 0, 0);
        return;
    }
    region_pages_host_mark(region, start, end);
    region_pages_host_clear(start, end);
    memset(region_pages_host_state(start), HOST_PAGE_UNTOUCHED, (end - start) / HOST_PAGE);
}

/* Which pages there are is the host's to know: memory is promised as long as it is mapped. */
size_t region_pages_discard(const struct region *region, uintptr_t start, uintptr_t end)
{
    discard(region, start, end);
    return 0;
}

size_t region_pages_remove(const struct region *region, uintptr_t start, uintptr_t end)
{
    discard(region, start, end);
    if (region->file == NULL)
        region_pages_host_clear(start, end);
    else if (region->flags & REGION_SHARED)
        region_pages_host_left(region, start, end);
    return 0;
}

size_t region_pages_own(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
    return 0;
}

/* The protection of a page that is there: one that was only read so far is to be heard of when it is written
 * to. */
static int protection_of(const struct region *region, uint8_t state)
{
    if (state == HOST_PAGE_UNTOUCHED)
        return PAGE_NONE;
    return state == HOST_PAGE_LENT ? region->protection & ~PAGE_WRITE : region->protection;
}

int region_pages_protect(const struct region *region, uintptr_t start, uintptr_t end)
{
    int error = 0;

    if (region->file == NULL)
        return region_pages_host_protect(start, end, region->protection);
    while (start < end && error == 0) { /* runs of pages in the same state */
        const uint8_t *state = region_pages_host_state(start);
        size_t count = 1;

        while (start + count * HOST_PAGE < end && state[count] == *state)
            count++;
        if (*state != HOST_PAGE_UNTOUCHED)
            error =
                region_pages_host_protect(start, start + count * HOST_PAGE, protection_of(region, *state));
        start += count * HOST_PAGE;
    }
    return error;
}

bool region_pages_present(const struct region *region, uintptr_t address)
{
    unsigned char there = 0;

    if (region->file != NULL)
        return *region_pages_host_state(address) != HOST_PAGE_UNTOUCHED;
    host_call(HOST_CALL_MINCORE, (long)address, (long)HOST_PAGE, (long)&there, 0, 0, 0);
    return there & 1;
}

#ifndef CONFIG_LIB_FILE_CONTENT
void region_pages_collect(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
}

int region_pages_sync(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
    return 0;
}
#endif

void region_pages_forget(uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high)
{
    (void)start, (void)end, (void)low, (void)high;
}
