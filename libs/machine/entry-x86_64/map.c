#include "map.h"

#include "boot_protocol.h"
#include "ranges.h"

#include <config.h>
#include <panic.h>
#include <stdbool.h>

/* Intel SDM volume 3, 4.5: entries of 4-level paging, and what each level's entry covers. */
#define PTE_P ((uint64_t)1 << 0)
#define PTE_RW ((uint64_t)1 << 1)
#define PTE_A ((uint64_t)1 << 5)
#define PTE_D ((uint64_t)1 << 6)
#define PTE_PS ((uint64_t)1 << 7)
#define PTE_NX ((uint64_t)1 << 63)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)
#define PTE_LARGE_MEMORY (PTE_P | PTE_RW | PTE_A | PTE_D | PTE_PS | PTE_NX)

#define PAGE ((uint64_t)1 << 12)
#define LARGE ((uint64_t)1 << 21)
#define HUGE ((uint64_t)1 << 30)

#define CPUID_EXTENDED_FEATURES 0x80000001u
#define CPUID_EDX_1GB_PAGES (1u << 26)

extern uint64_t boot_directory_pointers[512]; /* entry.S: covers RANGES_LIMIT */
extern uint64_t boot_directory[512];          /* entry.S: covers the first GiB */
extern uint64_t boot_page_tables[];           /* linker script: one entry a page, up to boot_mapped_end */
extern char boot_window[];                    /* entry.S: an unmapped page */
extern char boot_mapped_end[]; /* linker script: below it everything is mapped by small pages */

/* Below it everything is mapped by small pages. Around a moved image these begin anew. */
#ifdef CONFIG_LIB_IMAGE_MOVE
#define MAPPED_LOW LARGE
#else
#define MAPPED_LOW ((uintptr_t)boot_mapped_end)
#endif

static bool has_huge_pages(void)
{
    uint32_t eax = CPUID_EXTENDED_FEATURES, edx;

    __asm__("cpuid" : "+a"(eax), "=d"(edx) : : "rbx", "rcx");
    return edx & CPUID_EDX_1GB_PAGES;
}

static void map_large(uint64_t *directory, uint64_t address)
{
    uint64_t *entry = &directory[address / LARGE % 512];

    if (!(*entry & PTE_P))
        *entry = address | PTE_LARGE_MEMORY;
}

/* A cleared page from the lowest free range, which is mapped already. */
static uint64_t *new_table(struct boot_info *info)
{
    uint64_t *table = (uint64_t *)info->ranges[0].start;

    if (info->range_count == 0 || (uintptr_t)table + PAGE > MAPPED_LOW)
        panic("no low memory for page tables");
    boot_ranges_remove(info, (uintptr_t)table, (uintptr_t)table + PAGE);
    for (int i = 0; i < 512; i++)
        table[i] = 0;
    return table;
}

static uint64_t *directory_of(struct boot_info *info, uint64_t address)
{
    uint64_t *pointer = &boot_directory_pointers[address / HUGE];

    if (!(*pointer & PTE_P))
        *pointer = (uintptr_t)new_table(info) | PTE_P | PTE_RW;
    return (uint64_t *)(*pointer & PTE_ADDRESS);
}

void entry_map_memory(struct boot_info *info, uint64_t start, uint64_t end)
{
    uint64_t address = start & ~(LARGE - 1);

    while (address < end) {
        if (address < HUGE) {
            map_large(boot_directory, address);
            address += LARGE;
            continue;
        }
        uint64_t *pointer = &boot_directory_pointers[address / HUGE];
        if (address % HUGE == 0 && end - address >= HUGE && !(*pointer & PTE_P) && has_huge_pages())
            *pointer = address | PTE_LARGE_MEMORY;
        if (*pointer & PTE_PS) {
            address = (address | (HUGE - 1)) + 1;
        } else {
            map_large(directory_of(info, address), address);
            address += LARGE;
        }
    }
}

/* A moved image has its tables elsewhere. */
static uint64_t *window_entry(void)
{
#ifdef CONFIG_LIB_IMAGE_MOVE
    uint64_t *table = (uint64_t *)(boot_directory[(uintptr_t)boot_window / LARGE] & PTE_ADDRESS);

    return &table[(uintptr_t)boot_window / PAGE % 512];
#else
    return &boot_page_tables[(uintptr_t)boot_window / PAGE];
#endif
}

const void *boot_reach(uint64_t address, uint64_t size)
{
    if (size > HUGE || address > HUGE - size)
        return NULL;
    if (address < PAGE) {
        if (address == 0 || size > PAGE - address)
            return NULL;
        *window_entry() = PTE_P | PTE_A | PTE_NX;
        return boot_window + address;
    }
    for (uint64_t a = address & ~(LARGE - 1); a < address + size; a += LARGE)
        map_large(boot_directory, a);
    return (const void *)address;
}

void entry_map_end_of_reading(void)
{
    *window_entry() = 0;
    __asm__ volatile("invlpg %0" : : "m"(*boot_window) : "memory");
}
