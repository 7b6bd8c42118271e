/*
 * Pages of files.
 */
#include "entries.h"

#include <file_pages.h>

static uint64_t index_of(const struct region *region, uintptr_t address)
{
    return (region->offset + (address - region->start)) / PAGE_SIZE;
}

int region_pages_shared(const struct region *region, uintptr_t address, void **page)
{
    return file_pages_share(region->file, index_of(region, address), page);
}

int region_pages_filled(const struct region *region, uintptr_t address, void *page)
{
    return file_pages_copy(region->file, index_of(region, address), page);
}

void region_pages_written(const struct region *region, uintptr_t address)
{
    file_pages_mark(region->file, index_of(region, address));
}

void region_pages_collect(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (!region_shares_file(region))
        return;
    for (uintptr_t at = start;; at += PAGE_SIZE) {
        struct page_entry *entry = page_tables_next(&at, end);
        struct page_mapping mapping;

        if (entry == NULL)
            break;
        mapping = page_tables_get(entry);
        if (!(mapping.how & PAGE_TABLES_DIRTY))
            continue;
        region_pages_written(region, at);
        mapping.how &= ~PAGE_TABLES_DIRTY;
        page_tables_set(entry, mapping);
        page_tables_flush(at, at + PAGE_SIZE);
    }
}

void region_pages_left(const struct region *region, uintptr_t start, uintptr_t end)
{
    file_pages_leave(region->file, index_of(region, start), index_of(region, end - 1) + 1);
}

int region_pages_sync(const struct region *region, uintptr_t start, uintptr_t end)
{
    if (!region_shares_file(region))
        return 0;
    region_pages_collect(region, start, end);
    return file_pages_sync(region->file, index_of(region, start), index_of(region, end - 1) + 1);
}
