/*
 * Moving pages: their entries move, the pages stay.
 */
#include "entries.h"

#include <errno.h>

/* The entry to which a page at `from` moves. A large page that cannot stay one becomes small ones.
 * NULL: no memory. */
static struct page_entry *target(struct page_mapping *mapping, uintptr_t from, uintptr_t to)
{
    struct page_entry *entry;

    if (!(mapping->how & PAGE_TABLES_IS_LARGE))
        return page_tables_entry(to);
    if (to % PAGE_TABLES_LARGE == 0) {
        entry = page_tables_large_entry(to);
        if (entry != NULL)
            return entry;
    }
    if (!page_tables_split(from + PAGE_SIZE))
        return NULL;
    mapping->how &= ~PAGE_TABLES_IS_LARGE;
    return page_tables_entry(to);
}

int region_pages_move(const struct region *region, uintptr_t start, uintptr_t end, uintptr_t to)
{
    struct page_mapping mapping;

    (void)region;
    /* First all that can fail: afterwards every page has an entry to go to. */
    for (uintptr_t at = start;; at += entry_size(mapping)) {
        struct page_entry *entry = page_tables_next(&at, end);

        if (entry == NULL)
            break;
        mapping = page_tables_get(entry);
        if (target(&mapping, at, at - start + to) == NULL)
            return -ENOMEM;
    }
    for (uintptr_t at = start;; at += entry_size(mapping)) {
        struct page_entry *entry = page_tables_next(&at, end);

        if (entry == NULL)
            break;
        mapping = page_tables_get(entry);
        page_tables_set(target(&mapping, at, at - start + to), mapping);
        page_tables_set(entry, (struct page_mapping){0});
    }
    page_tables_flush(start, end);
    return 0;
}
