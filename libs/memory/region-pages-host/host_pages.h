/*
 * What the parts of this library share.
 *
 * All addresses of the address space are one reserved mapping of the host, to which nothing belongs until it
 * is touched. What has no file behind it is the host's business once its protection is set. A page with a
 * file behind it is out of reach until it is fetched, and has a state.
 */
#pragma once

#include <config.h>
#include <region_pages.h>
#include <stdint.h>

#define HOST_PAGE ((size_t)4096)

enum host_page_state {
    HOST_PAGE_UNTOUCHED, /* nothing is there: as the host's memory begins, all zeroes */
    HOST_PAGE_COPY,      /* the region's own copy of a page of a file */
    HOST_PAGE_LENT,      /* a page that others have, too; only read so far */
    HOST_PAGE_WRITTEN,   /* the same, perhaps written to */
};

/* Of each page of the address space; itself memory that the host gives when it is touched. */
uint8_t *region_pages_host_state(uintptr_t address);

/* The host's calls: 0 or a negated errno. */
int region_pages_host_protect(uintptr_t start, uintptr_t end, int protection);
int region_pages_host_clear(uintptr_t start, uintptr_t end); /* nothing is there, and out of reach */
int region_pages_host_alias(void *page, uintptr_t address);  /* of region_pages_lend() */

/* Whether what is written there is for a file and for others. */
static inline bool region_pages_host_shares(const struct region *region)
{
    return region->file != NULL && region->flags & REGION_SHARED;
}

#ifdef CONFIG_LIB_FILE_CONTENT
/* content.c: fetches a page of a file; tells the file of what was written; and that it is not mapped any
 * more. */
int region_pages_host_fetch(const struct region *region, uintptr_t address, bool write);
void region_pages_host_mark(const struct region *region, uintptr_t start, uintptr_t end);
void region_pages_host_left(const struct region *region, uintptr_t start, uintptr_t end);
#else
static inline int region_pages_host_fetch(const struct region *region, uintptr_t address, bool write)
{
    (void)region, (void)address, (void)write;
    return -1;
}

static inline void region_pages_host_mark(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
}

static inline void region_pages_host_left(const struct region *region, uintptr_t start, uintptr_t end)
{
    (void)region, (void)start, (void)end;
}
#endif
