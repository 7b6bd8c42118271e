/*
 * Pages of files.
 */
#include "host_pages.h"

#include <file_pages.h>

static uint64_t index_of(const struct region *region, uintptr_t address)
{
    return (region->offset + (address - region->start)) / HOST_PAGE;
}

static int fetch_shared(const struct region *region, uintptr_t address, bool write)
{
    uint8_t *state = region_pages_host_state(address);
    int error = 0;

    if (*state == HOST_PAGE_UNTOUCHED) {
        void *page;

        error = file_pages_share(region->file, index_of(region, address), &page);
        if (error == 0)
            error = region_pages_host_alias(page, address);
        if (error == 0)
            *state = HOST_PAGE_LENT;
    }
    if (error == 0 && write && *state == HOST_PAGE_LENT)
        *state = HOST_PAGE_WRITTEN;
    return error != 0 ? error : region_pages_protect(region, address, address + HOST_PAGE);
}

static int fetch_copy(const struct region *region, uintptr_t address)
{
    uint8_t *state = region_pages_host_state(address);
    int error;

    if (*state != HOST_PAGE_UNTOUCHED)
        return 0;
    error = region_pages_host_protect(address, address + HOST_PAGE, PAGE_READ | PAGE_WRITE);
    if (error == 0)
        error = file_pages_copy(region->file, index_of(region, address), (void *)address);
    if (error == 0)
        *state = HOST_PAGE_COPY;
    else
        region_pages_host_clear(address, address + HOST_PAGE);
    return error != 0 ? error : region_pages_protect(region, address, address + HOST_PAGE);
}

int region_pages_host_fetch(const struct region *region, uintptr_t address, bool write)
{
    return region_pages_host_shares(region) ? fetch_shared(region, address, write)
                                            : fetch_copy(region, address);
}

void region_pages_host_mark(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (region_pages_host_shares(region))
        for (; start < end; start += HOST_PAGE)
            if (*region_pages_host_state(start) == HOST_PAGE_WRITTEN)
                file_pages_mark(region->file, index_of(region, start));
}

/* What has been marked is to be heard of when it is written to again. */
void region_pages_collect(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (!region_pages_host_shares(region))
        return;
    region_pages_host_mark(region, start, end);
    for (uintptr_t at = start; at < end; at += HOST_PAGE)
        if (*region_pages_host_state(at) == HOST_PAGE_WRITTEN) {
            *region_pages_host_state(at) = HOST_PAGE_LENT;
            region_pages_protect(region, at, at + HOST_PAGE);
        }
}

void region_pages_host_left(const struct region *region, uintptr_t start, uintptr_t end)
{
    file_pages_leave(region->file, index_of(region, start), index_of(region, end - 1) + 1);
}

int region_pages_sync(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (!region_pages_host_shares(region))
        return 0;
    region_pages_collect(region, start, end);
    return file_pages_sync(region->file, index_of(region, start), index_of(region, end - 1) + 1);
}
