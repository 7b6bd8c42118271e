/*
 * What lies behind a part of a region.
 */
#include "entries.h"

#include <errno.h>

int region_pages_add(const struct region *region)
{
    (void)region;
    return 0;
}

int region_pages_divide(uintptr_t address)
{
    return page_tables_split(address) ? 0 : -ENOMEM;
}

/* Maps what is there as the region has it now; hidden: so that nobody reaches it. Returns whether there was
 * any. */
static bool map_again(const struct region *region, uintptr_t start, uintptr_t end, bool hidden)
{
    struct page_mapping mapping;
    bool any = false;

    for (uintptr_t at = start;; at += entry_size(mapping)) {
        struct page_entry *entry = page_tables_next(&at, end);

        if (entry == NULL)
            break;
        mapping = page_tables_get(entry);
        if (hidden)
            mapping.how &= ~(PAGE_READ | PAGE_WRITE | PAGE_EXEC);
        else
            mapping.how = entry_how(
                region, mapping.how & (PAGE_TABLES_LENT | PAGE_TABLES_DIRTY | PAGE_TABLES_IS_LARGE));
        page_tables_set(entry, mapping);
        any = true;
    }
    if (any)
        page_tables_flush(start, end);
    return any;
}

/* Where other processors run the application's code meanwhile, no page is free before none can reach it. */
#ifdef CONFIG_LIB_SCHED_PARALLEL
#define HIDDEN true
#else
#define HIDDEN false
#endif

size_t region_pages_remove(const struct region *region, uintptr_t start, uintptr_t end)
{
    struct page_mapping mapping;
    size_t own = 0;
    bool any = false, written = false;

#ifdef CONFIG_LIB_SCHED_PARALLEL
    if (!map_again(region, start, end, true))
        return 0;
#endif
    for (uintptr_t at = start;; at += entry_size(mapping)) {
        struct page_entry *entry = page_tables_next(&at, end);

        if (entry == NULL)
            break;
        mapping = page_tables_get(entry);
        if (!(mapping.how & PAGE_TABLES_LENT)) {
            pages_free(mapping.page, entry_size(mapping) / PAGE_SIZE);
            own += entry_size(mapping) / PAGE_SIZE;
        } else if (mapping.how & PAGE_TABLES_DIRTY) {
            region_pages_written(region, at);
            written = true;
        }
        page_tables_set(entry, (struct page_mapping){0});
        any = !HIDDEN;
    }
    if (any)
        page_tables_flush(start, end);
    if (written)
        region_pages_left(region, start, end);
    return own;
}

size_t region_pages_discard(const struct region *region, uintptr_t start, uintptr_t end)
{
    return region_pages_remove(region, start, end);
}

int region_pages_protect(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)map_again(region, start, end, false);
    return 0;
}

size_t region_pages_own(const struct region *region, uintptr_t start, uintptr_t end)
{
    struct page_mapping mapping;
    size_t own = 0;

    (void)region;
    for (uintptr_t at = start;; at += entry_size(mapping)) {
        struct page_entry *entry = page_tables_next(&at, end);

        if (entry == NULL)
            return own;
        mapping = page_tables_get(entry);
        if (!(mapping.how & PAGE_TABLES_LENT))
            own += entry_size(mapping) / PAGE_SIZE;
    }
}

bool region_pages_present(const struct region *region, uintptr_t address)
{
    (void)region;
    return page_tables_next(&address, address + PAGE_SIZE) != NULL;
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

void *region_pages_lend(void)
{
    return pages_alloc(1);
}

void region_pages_take_back(void *page)
{
    pages_free(page, 1);
}

void region_pages_forget(uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high)
{
    page_tables_free(start, end, low, high);
}
