/*
 * The pages behind the regions of the application's address space.
 *
 * A region is a run of addresses that are alike in all that struct region says; the address space
 * (address_space.h) keeps them. What stands behind each of its pages, if anything yet, is the provider's: a
 * processor's page tables, or a host. Functions take a region and a part [start, end) of it. A page is the
 * region's own, or lent: all zeroes, or a page that mappings of one file share. Sizes in pages. Errors are
 * negated errno values. Not reentrant: callers hold the guard, or are page_fault_resolve().
 */
#pragma once

#include <page_protection.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGION_SHARED 1u     /* written to the file, and seen by its other mappings */
#define REGION_PROMISED 2u   /* there will be memory for each of its pages */
#define REGION_NO_RESERVE 4u /* there need not be */
#define REGION_SMALL 8u      /* no large pages: a stack */
#define REGION_LOCKED 16u    /* pages are never discarded, and are there from the beginning */
#define REGION_READ_ONLY 32u /* the file must not be written to */

/* Regions without a file of at least so many bytes lie best at multiples of it: there may be pages as large.
 */
#define REGION_LARGE ((size_t)1 << 21)

struct file_pages; /* file_pages.h */

struct region {
    uintptr_t start; /* [start, end), whole pages */
    uintptr_t end;
    int protection;          /* PAGE_... */
    unsigned flags;          /* REGION_... */
    struct file_pages *file; /* NULL: zeroes at first */
    uint64_t offset;         /* of `start` in the file, a multiple of PAGE_SIZE */
};

/* The part of the address space that the provider has room for: [*start, *end). 0 or an error. */
int region_pages_room(uintptr_t *start, uintptr_t *end);

/* There is a new region, with nothing behind it. 0 or an error. */
int region_pages_add(const struct region *region);

/*
 * The page at `address` is wanted, to be written if `write`, as its region permits. Returns how many pages
 * the region has of its own beyond those that it had, or -ENOMEM; -EFAULT: it lies beyond the end of the
 * file; -EIO.
 */
long region_pages_fetch(const struct region *region, uintptr_t address, bool write);

/* Sees to it that what follows can end or begin at `address`. 0 or -ENOMEM. */
int region_pages_divide(uintptr_t address);

/* From now on nothing lies there (the region goes), or what lay there at the beginning (it stays). Returns
 * how many pages of the region's own are given back. */
size_t region_pages_remove(const struct region *region, uintptr_t start, uintptr_t end);
size_t region_pages_discard(const struct region *region, uintptr_t start, uintptr_t end);

/* The region's protection holds now. 0 or an error. */
int region_pages_protect(const struct region *region, uintptr_t start, uintptr_t end);

/* What lies there comes to lie at `to`, where nothing lies. 0 or -ENOMEM, and nothing has changed. */
int region_pages_move(const struct region *region, uintptr_t start, uintptr_t end, uintptr_t to);

/* How many pages it has of its own there. */
size_t region_pages_own(const struct region *region, uintptr_t start, uintptr_t end);

/* Whether the page at `address` can be had without fetching it. */
bool region_pages_present(const struct region *region, uintptr_t address);

/* What has been written to shared pages so far is marked in the file's pages (file_pages_mark); what is from
 * now on, will be again. */
void region_pages_collect(const struct region *region, uintptr_t start, uintptr_t end);

/* What has been written to shared pages stands in the file. 0 or an error. */
int region_pages_sync(const struct region *region, uintptr_t start, uintptr_t end);

/* A page that can be lent to several regions at once, contents undefined; NULL: no memory. And its end. */
void *region_pages_lend(void);
void region_pages_take_back(void *page);

/* No region touches [low, high) any more, after [start, end) in it went. */
void region_pages_forget(uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high);
