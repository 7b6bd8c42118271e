/*
 * The image's pages, its page tables among them, are mapped one by one (entry-x86_64), each to its own
 * address. Where libraries are in the image that change mappings later on, the tables stay as they are.
 */
#include <config.h>
#include <seal.h>
#include <stdint.h>
#ifdef CONFIG_LIB_DEVICE_MEMORY
#include <device_memory.h>
#endif
#ifdef CONFIG_LIB_INTERRUPTS_X86_64
#include <interrupts_x86_64.h>
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif
#ifdef CONFIG_LIB_PAGE_PROTECTION
#include <page_protection.h>
#endif
#if !defined CONFIG_LIB_DEVICE_MEMORY && !defined CONFIG_LIB_PAGE_PROTECTION
#define SEAL_TABLES
#endif

/* Intel SDM volume 3, 4.5. */
#define PTE_P ((uint64_t)1 << 0)
#define PTE_RW ((uint64_t)1 << 1)
#define PTE_PS ((uint64_t)1 << 7)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)
#define PAGE 4096
#define ENTRIES 512

#define CR0_WP ((uint64_t)1 << 16)

extern char sealed_start[], sealed_end[];

static uint64_t *table_of(uint64_t entry)
{
    return (uint64_t *)(entry & PTE_ADDRESS);
}

static void seal_page(uint64_t *root, uintptr_t address)
{
    uint64_t *table = root;

    for (unsigned shift = 39; shift > 12; shift -= 9)
        table = table_of(table[address >> shift & (ENTRIES - 1)]);
    table[address >> 12 & (ENTRIES - 1)] &= ~PTE_RW;
}

#ifdef SEAL_TABLES
__asm__(".set seal_covers_page_tables, 1"); /* for `unilith report security` */

/* The tables that the image was linked with. Those for memory above the first GiB were taken out of memory
 * that is mapped by large pages. */
static void seal_tables(uint64_t *root)
{
    uint64_t *pointers = table_of(root[0]);
    uint64_t *directory = table_of(pointers[0]);

    seal_page(root, (uintptr_t)root);
    seal_page(root, (uintptr_t)pointers);
    seal_page(root, (uintptr_t)directory);
    for (unsigned i = 0; i < ENTRIES; i++)
        if ((directory[i] & PTE_P) && !(directory[i] & PTE_PS))
            seal_page(root, (uintptr_t)table_of(directory[i]));
}
#endif

void seal_memory(void)
{
    uint64_t cr0, cr3;

#ifdef CONFIG_LIB_INTERRUPTS_X86_64
    interrupts_setup(); /* its table is sealed, too */
#endif
    __asm__ volatile("mov %%cr0, %0\n\tmov %%cr3, %1" : "=r"(cr0), "=r"(cr3));
    /* Meanwhile ring 0 may write everything: the tables take the right from themselves. */
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_WP) : "memory");
    for (uintptr_t page = (uintptr_t)sealed_start; page < (uintptr_t)sealed_end; page += PAGE)
        seal_page(table_of(cr3), page);
#ifdef SEAL_TABLES
    seal_tables(table_of(cr3));
#endif
    __asm__ volatile("mov %0, %%cr3\n\tmov %1, %%cr0" : : "r"(cr3), "r"(cr0) : "memory");
#ifdef CONFIG_LIB_MULTIPROCESSOR
    multiprocessor_forget(0, 0); /* who has run a thread of the boot already knows them as they were */
#endif
}
