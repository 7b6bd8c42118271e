#include "processor.h"

#include "page_table.h"

uint64_t *page_table_root(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    return (uint64_t *)(cr3 & PTE_ADDRESS);
}

void page_table_forget(uintptr_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Intel SDM volume 3, 4.10.4.1: a write to CR3 leaves global pages, of which there are none. */
void page_table_forget_all(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}

void page_table_clear(uint64_t table[512])
{
    uint64_t count = 512;

    __asm__ volatile("rep stosq" : "+D"(table), "+c"(count) : "a"((uint64_t)0) : "memory");
}
