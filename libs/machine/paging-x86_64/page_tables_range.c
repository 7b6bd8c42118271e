#include "page_table.h"
#include "processor.h"

#include <page_tables.h>
#include <pages.h>

#define FEW 32 /* pages that are forgotten one by one: beyond, finding all the others again costs less */

void page_tables_flush(uintptr_t start, uintptr_t end)
{
    if (end - start > FEW * PAGE_SIZE) {
        page_table_forget_all();
        page_table_forget_elsewhere(0, 0);
        return;
    }
    page_table_forget_elsewhere(start, end);
    for (; start < end; start += PAGE_SIZE)
        page_table_forget(start);
}

struct page_entry *page_tables_next(uintptr_t *address, uintptr_t end)
{
    uintptr_t at = *address;

    while (at < end) {
        uint64_t *table = page_table_root();
        unsigned shift = 39;
        uint64_t *entry = &table[at >> shift & 511];

        while (*entry != 0 && shift > 12 && !(*entry & PTE_PS)) {
            shift -= 9;
            table = (uint64_t *)(*entry & PTE_ADDRESS);
            entry = &table[at >> shift & 511];
        }
        at = at >> shift << shift;
        if (*entry != 0) {
            *address = at;
            return (struct page_entry *)entry;
        }
        do /* what this table has no more of need not be found from the top */
            at += (uintptr_t)1 << shift;
        while (at < end && (at >> shift & 511) != 0 && *++entry == 0);
    }
    return NULL;
}

bool page_tables_split(uintptr_t address)
{
    uint64_t *entry, *table = page_table_root(), page;

    if (address % PAGE_TABLES_LARGE == 0)
        return true;
    for (unsigned shift = 39;; shift -= 9) {
        entry = &table[address >> shift & 511];
        if (*entry == 0 || shift == 12)
            return true;
        if (*entry & PTE_PS)
            break;
        table = (uint64_t *)(*entry & PTE_ADDRESS);
    }
    table = pages_alloc(1);
    if (table == NULL)
        return false;
    page = *entry & ~PTE_PS;
    for (uint64_t i = 0; i < 512; i++)
        table[i] = page + (i << 12);
    *entry = (uintptr_t)table | PTE_P | PTE_RW | PTE_A;
    return true;
}

/* Other processors may still look at a table that they have found before, so it is kept until none does: a
 * list by the first entry, which an address of a table makes one of nothing. */
#ifdef CONFIG_LIB_MULTIPROCESSOR
static uint64_t *retired;

static void retire(uint64_t *table)
{
    table[0] = (uintptr_t)retired;
    retired = table;
}

static void free_retired(void)
{
    if (retired)
        page_table_forget_elsewhere(0, 0);
    while (retired) {
        uint64_t *table = retired;

        retired = (uint64_t *)table[0];
        table[0] = 0;
        page_table_free(table);
    }
}
#else
#define retire(table) page_table_free(table)
#define free_retired() ((void)0)
#endif

/* Of `table`, whose entries cover 1 << shift bytes each, those for [start, end). */
static void free_below(uint64_t *table, unsigned shift, uintptr_t start, uintptr_t end, uintptr_t low,
                       uintptr_t high)
{
    uintptr_t size = (uintptr_t)1 << shift;

    for (uintptr_t at = start & -size; at < end; at += size) {
        uint64_t *entry = &table[at >> shift & 511];

        if (*entry == 0 || (*entry & PTE_PS))
            continue;
        if (shift > 21)
            free_below((uint64_t *)(*entry & PTE_ADDRESS), shift - 9, start > at ? start : at,
                       end - at < size ? end : at + size, low, high);
        if (at >= low && high - at >= size) {
            retire((uint64_t *)(*entry & PTE_ADDRESS));
            *entry = 0;
        }
    }
}

/* The processor may remember the way to an entry through tables that are no more (SDM volume 3, 4.10.3.1),
 * though nothing was mapped there. */
void page_tables_free(uintptr_t start, uintptr_t end, uintptr_t low, uintptr_t high)
{
    uintptr_t first = start & -PAGE_TABLES_LARGE;

    /* Most ranges share their only table with others, and have nothing to give back. */
    if (end - first <= PAGE_TABLES_LARGE && (first < low || high - first < PAGE_TABLES_LARGE))
        return;
    free_below(page_table_root(), 39, start, end, low, high);
    page_table_forget_all();
    free_retired();
}
