/* What the parts of this library share. */
#pragma once

#include <config.h>
#include <page_tables.h>
#include <pages.h>
#include <region_pages.h>

#define LARGE_PAGES (PAGE_TABLES_LARGE / PAGE_SIZE)

/* Whether pages of this region may be those that mappings of a file share. */
static inline bool region_shares_file(const struct region *region)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    return region->file != NULL && (region->flags & REGION_SHARED);
#else
    (void)region;
    return false;
#endif
}

static inline size_t entry_size(struct page_mapping mapping)
{
    return mapping.how & PAGE_TABLES_IS_LARGE ? PAGE_TABLES_LARGE : PAGE_SIZE;
}

/* How a page of the region is mapped; one that is lent for reading only is not written to in its place. */
static inline unsigned entry_how(const struct region *region, unsigned kind)
{
    unsigned how = (unsigned)region->protection | kind;

    return kind & PAGE_TABLES_LENT && !region_shares_file(region) ? how & ~(unsigned)PAGE_WRITE : how;
}

#ifdef CONFIG_LIB_FILE_CONTENT
/* shared.c: the page of the region's file that belongs to `address`; that it was written to; and that what
 * was marked there is not mapped any more. */
int region_pages_shared(const struct region *region, uintptr_t address, void **page);
int region_pages_filled(const struct region *region, uintptr_t address, void *page);
void region_pages_written(const struct region *region, uintptr_t address);
void region_pages_left(const struct region *region, uintptr_t start, uintptr_t end);
#else
static inline int region_pages_shared(const struct region *region, uintptr_t address, void **page)
{
    (void)region, (void)address, (void)page;
    return -1;
}

static inline int region_pages_filled(const struct region *region, uintptr_t address, void *page)
{
    (void)region, (void)address, (void)page;
    return -1;
}

static inline void region_pages_written(const struct region *region, uintptr_t address)
{
    (void)region, (void)address;
}

static inline void region_pages_left(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
}
#endif
