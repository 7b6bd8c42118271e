/*
 * Moves the image before anything of it has been started. The copy begins in entry_start() like the original,
 * on page tables that are made here: they map the first 2 MiB and those around the image by small pages, the
 * image with its exact permissions, and nothing else yet.
 */
#include "move.h"

#include "boot_protocol.h"
#include "map.h"
#include "ranges.h"

#include <entropy.h>
#include <image_layout.h>
#include <image_move.h>
#include <stddef.h>

/* Intel SDM volume 3, 4.5, as in map.c. */
#define PTE_P ((uint64_t)1 << 0)
#define PTE_RW ((uint64_t)1 << 1)
#define PTE_AD ((uint64_t)3 << 5)
#define PTE_NX ((uint64_t)1 << 63)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)
#define PTE_MEMORY (PTE_P | PTE_RW | PTE_AD | PTE_NX)
#define PTE_TABLE (PTE_P | PTE_RW)

#define PAGE ((uintptr_t)4096)
#define LARGE ((uintptr_t)1 << 21)
#define HUGE ((uintptr_t)1 << 30)
#define ENTRIES 512

#define REGION_NX 0x800   /* entry.S: bit 11 of a region stands for NX */
#define LOADERS_PAGE PAGE /* what a boot protocol's structure may take */

extern uint64_t boot_tables[3 * ENTRIES];                   /* entry.S */
extern const uint32_t entry_regions[], entry_regions_end[]; /* entry.S */

_Noreturn void entry_start(uint64_t address, unsigned protocol);
_Noreturn void entry_move_jump(uint64_t address, unsigned protocol, uint64_t *root, uintptr_t stack,
                               uintptr_t target); /* move_jump.S */

/* The table of 4 KiB pages around `address`: all of them free memory when it is made. */
static uint64_t *table_of(uint64_t *directory, uint64_t **next, uintptr_t address)
{
    uint64_t *entry = &directory[address / LARGE];

    if (!(*entry & PTE_P)) {
        uint64_t *table = *next;

        for (uintptr_t i = 0; i < ENTRIES; i++)
            table[i] = ((address & ~(LARGE - 1)) + i * PAGE) | PTE_MEMORY;
        *entry = (uintptr_t)table | PTE_TABLE;
        *next = table + ENTRIES;
    }
    return (uint64_t *)(*entry & PTE_ADDRESS);
}

/* Makes the copy's page tables, in its own memory; returns the topmost. */
static uint64_t *make_tables(uintptr_t by)
{
    uint64_t *root = (uint64_t *)((uintptr_t)boot_tables + by);
    uint64_t *directory = root + 2 * ENTRIES;
    uint64_t *next = (uint64_t *)((uintptr_t)image_move_tables + by);
    uintptr_t page = (uintptr_t)text_start;

    for (int i = 0; i < 3 * ENTRIES; i++)
        root[i] = 0;
    root[0] = (uintptr_t)(root + ENTRIES) | PTE_TABLE;
    root[ENTRIES] = (uintptr_t)directory | PTE_TABLE;
    table_of(directory, &next, 0)[0] = 0;
    for (const uint32_t *region = entry_regions; region != entry_regions_end; region++) {
        uint64_t bits = *region % PAGE;

        bits = (bits & REGION_NX) ? (bits ^ REGION_NX) | PTE_NX : bits;
        for (; page < *region - *region % PAGE && page < (uintptr_t)image_end; page += PAGE)
            table_of(directory, &next, page + by)[(page + by) / PAGE % ENTRIES] =
                bits ? (page + by) | bits : 0;
    }
    /* The instruction that loads the tables is the last that runs at the old place. */
    uintptr_t jump = (uintptr_t)entry_move_jump & ~(PAGE - 1);
    table_of(directory, &next, jump)[jump / PAGE % ENTRIES] = jump | PTE_P | PTE_AD;
    return root;
}

/* In the copy: the page that was left is memory like any other. */
static void arrive(void)
{
    uint64_t *directory = boot_tables + 2 * ENTRIES;
    uintptr_t jump = ((uintptr_t)entry_move_jump - image_moved_by) & ~(PAGE - 1);
    uint64_t *table = (uint64_t *)(directory[jump / LARGE] & PTE_ADDRESS);

    table[jump / PAGE % ENTRIES] = jump | PTE_MEMORY;
    __asm__ volatile("invlpg (%0)" : : "r"(jump) : "memory");
}

static void copy_image(uintptr_t by)
{
    uintptr_t to = (uintptr_t)image_start + by, from = (uintptr_t)image_start;
    size_t words = ((size_t)(data_end - image_start) + 7) / 8;

    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    to = (uintptr_t)bss_start + by; /* both ends are multiples of 8 */
    words = (size_t)(bss_end - bss_start) / 8;
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
    image_move_relocate((unsigned char *)image_start + by, by, relocations_start);
    *(uintptr_t *)((uintptr_t)&image_moved_by + by) = by;
}

void entry_move(uint64_t address, unsigned protocol)
{
    struct boot_info info = {0};
    uintptr_t size = (uintptr_t)(image_end - image_start), place, by;
    uint64_t random;

    if (image_moved_by) {
        arrive();
        return;
    }
    /* What is wrong here is so in a moment, too, and told then. */
    if ((protocol == 0 ? boot_pvh(address, &info) : boot_linux(address, &info)) ||
        boot_claim(&info, (uintptr_t)image_start, (uintptr_t)relocations_end) ||
        !image_move_wanted(info.command_line) || entropy_read(&random, sizeof random) != sizeof random)
        return;
    boot_ranges_remove(&info, address, address + LOADERS_PAGE);
    /* Whole tables for the image's first and last 2 MiB: behind those that the loader's structures lie in. */
    place = image_move_place(&info, size, LARGE, HUGE, random);
    if (place == 0 ||
        !boot_reach((uintptr_t)relocations_start, (uint64_t)(relocations_end - relocations_start)))
        return;
    by = place - (uintptr_t)image_start;
    entry_map_memory(&info, place, place + size);
    copy_image(by);
    entry_move_jump(address, protocol, make_tables(by), (uintptr_t)boot_stack_top + by,
                    (uintptr_t)entry_start + by);
}
