/*
 * A page that is wanted.
 */
#include "entries.h"

#include <errno.h>
#include <pages_aligned.h>
#include <string.h>

#define LARGE_ORDER 9
_Static_assert(PAGE_SIZE << LARGE_ORDER == PAGE_TABLES_LARGE, "pages of a large page");

/* What is read before it is written, of a region without a file: one page for all. */
static _Alignas(4096) char zeroes[4096];

static size_t memory; /* pages that were free at the beginning */

int region_pages_room(uintptr_t *start, uintptr_t *end)
{
    *start = PAGE_TABLES_START;
    *end = PAGE_TABLES_END;
    memory = pages_available();
    return 0;
}

/* A large page where its region holds all of it, and half of the memory is free even then: it may turn out
 * that most of it is never used. */
static bool large_fits(const struct region *region, uintptr_t start)
{
    return region->file == NULL && !(region->flags & REGION_SMALL) && start >= region->start &&
           region->end - start >= PAGE_TABLES_LARGE && region->end > start &&
           pages_available() >= memory / 2 + LARGE_PAGES;
}

static bool fetch_large(const struct region *region, uintptr_t start)
{
    struct page_entry *entry = page_tables_large_entry(start);
    void *page;

    if (entry == NULL || page_tables_get(entry).page != NULL)
        return false;
    page = pages_alloc_aligned(LARGE_ORDER);
    if (page == NULL)
        return false;
    memset(page, 0, PAGE_TABLES_LARGE);
    page_tables_set(entry,
                    (struct page_mapping){page, entry_how(region, PAGE_TABLES_DIRTY | PAGE_TABLES_IS_LARGE)});
    return true;
}

/* A page of the region's own behind `entry`. */
static long fetch_own(const struct region *region, struct page_entry *entry, uintptr_t address)
{
    void *page = pages_alloc(1);
    int error = 0;

    if (page == NULL)
        return -ENOMEM;
    if (region->file == NULL)
        memset(page, 0, PAGE_SIZE);
    else
        error = region_pages_filled(region, address, page);
    if (error != 0) {
        pages_free(page, 1);
        return error;
    }
    page_tables_set(entry, (struct page_mapping){page, entry_how(region, PAGE_TABLES_DIRTY)});
    return 1;
}

static long fetch_shared(const struct region *region, struct page_entry *entry, uintptr_t address)
{
    void *page;
    int error = region_pages_shared(region, address, &page);

    if (error == 0)
        page_tables_set(entry, (struct page_mapping){page, entry_how(region, PAGE_TABLES_LENT)});
    return error;
}

long region_pages_fetch(const struct region *region, uintptr_t address, bool write)
{
    uintptr_t large = address & ~(PAGE_TABLES_LARGE - 1);
    struct page_entry *entry;
    struct page_mapping old;
    long got;

    address &= ~(PAGE_SIZE - 1);
    if (write && large_fits(region, large) && fetch_large(region, large))
        return (long)LARGE_PAGES;
    entry = page_tables_entry(address);
    if (entry == NULL)
        return -ENOMEM;
    old = page_tables_get(entry);
    if (old.page != NULL && !(write && old.how & PAGE_TABLES_LENT && !region_shares_file(region)))
        return 0; /* it is there */
    if (region_shares_file(region))
        return fetch_shared(region, entry, address);
    if (!write && region->file == NULL) {
        page_tables_set(entry, (struct page_mapping){zeroes, entry_how(region, PAGE_TABLES_LENT)});
        return 0;
    }
    got = fetch_own(region, entry, address);
    if (got > 0 && old.page != NULL)
        page_tables_flush(address, address + PAGE_SIZE);
    return got;
}
