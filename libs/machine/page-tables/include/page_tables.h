/*
 * The processor's page tables: what lies behind which address.
 *
 * Memory has an address of its own, at which it can always be read and written. These functions put it behind
 * further ones, in [PAGE_TABLES_START, PAGE_TABLES_END), where nothing lies of itself. A `page` is memory of
 * pages_alloc(), by its own address; a large page has PAGE_TABLES_LARGE bytes and is aligned to that.
 * Addresses are multiples of PAGE_SIZE. Tables come from pages_alloc(). Not reentrant; callers hold the
 * guard, or are page_fault_resolve().
 */
#pragma once

#include <page_protection.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_TABLES_START ((uintptr_t)1 << 39)
#define PAGE_TABLES_END (((uintptr_t)1 << 47) - 4096)
#define PAGE_TABLES_LARGE ((size_t)1 << 21)

/* `how`: PAGE_READ, PAGE_WRITE, PAGE_EXEC (nothing of these: the page is kept, but out of reach), and */
#define PAGE_TABLES_LENT 8u   /* a mark for the owner of the mapping, without a meaning here */
#define PAGE_TABLES_DIRTY 16u /* the processor has written to it; given when set: it need not be marked */
#define PAGE_TABLES_IS_LARGE 32u

struct page_mapping {
    void *page; /* NULL: nothing lies there */
    unsigned how;
};

struct page_entry; /* of a table; stays where it is until page_tables_split() or page_tables_free() */

/*
 * The entry for the page at `address`, with the tables that lead to it; of a large page, where one is mapped.
 * page_tables_large_entry() is that for a large page, `address` being a multiple of its size. NULL: there is
 * no memory for a table, or small pages have a table there already.
 */
struct page_entry *page_tables_entry(uintptr_t address);
struct page_entry *page_tables_large_entry(uintptr_t address);

struct page_mapping page_tables_get(const struct page_entry *entry);

/* What the processor remembers of an entry that was not empty holds until page_tables_flush(). */
void page_tables_set(struct page_entry *entry, struct page_mapping mapping);
void page_tables_flush(uintptr_t start, uintptr_t end);

/*
 * The first entry that is not empty for a page at `*address` or above and below `end`; `*address` becomes the
 * beginning of that page, which for a large page may lie lower than before. NULL: there is none.
 */
struct page_entry *page_tables_next(uintptr_t *address, uintptr_t end);

/* Sees to it that no large page holds `address`, other than by beginning there. False: no memory. */
bool page_tables_split(uintptr_t address);

/*
 * Gives back the tables that are for addresses in [start, end) and for no others than those in [low, high),
 * where nothing is mapped.
 */
void page_tables_free(uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high);
