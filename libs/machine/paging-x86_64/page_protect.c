#include "page_table.h"
#include "processor.h"

#include <errno.h>
#include <page_protection.h>
#include <pages.h>

static uint64_t *root(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    return (uint64_t *)(cr3 & PTE_ADDRESS);
}

static uint64_t bits_of(int protection)
{
    if (protection == PAGE_NONE)
        return 0;
    return PTE_P | PTE_A | PTE_D | (protection & PAGE_WRITE ? PTE_RW : 0) |
           (protection & PAGE_EXEC ? 0 : PTE_NX);
}

int page_protect(uintptr_t start, size_t count, int protection)
{
    uint64_t *tables = root();
    uint64_t bits = bits_of(protection);

    if ((protection & PAGE_WRITE) && (protection & PAGE_EXEC))
        return -EACCES;
    /* First all that can fail: afterwards every page has an entry of its own. */
    for (size_t i = 0; i < count; i++)
        if (!page_table_entry(tables, start + i * PAGE_SIZE))
            return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        uintptr_t page = start + i * PAGE_SIZE;

        *page_table_entry(tables, page) = page | bits;
        __asm__ volatile("invlpg (%0)" : : "r"(page) : "memory");
    }
    page_table_forget_elsewhere(start, start + count * PAGE_SIZE);
    return 0;
}
