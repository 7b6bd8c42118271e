#include "page_table.h"

#include <pages.h>
#include <stddef.h>

/* Makes `*entry`, which maps a page of 512 << shift bytes, refer to a table of pages of 1 << shift bytes
 * instead. No translation changes, so nothing need be flushed. */
static int split(uint64_t *entry, unsigned shift)
{
    uint64_t *table = pages_alloc(1);
    uint64_t page = *entry;

    if (!table)
        return 0;
    if (shift == 12)
        page &= ~PTE_PS;
    for (uint64_t i = 0; i < 512; i++)
        table[i] = page + (i << shift);
    *entry = (uintptr_t)table | PTE_P | PTE_RW | PTE_A;
    return 1;
}

uint64_t *page_table_entry(uint64_t *root, uintptr_t address)
{
    uint64_t *table = root;

    for (unsigned shift = 39; shift > 12; shift -= 9) {
        uint64_t *entry = &table[address >> shift & 511];

        if (!(*entry & PTE_P) || ((*entry & PTE_PS) && !split(entry, shift - 9)))
            return NULL;
        table = (uint64_t *)(*entry & PTE_ADDRESS);
    }
    return &table[address >> 12 & 511];
}
