/*
 * The page tables of x86_64 (Intel SDM volume 3, 4.5: 4-level paging), which map every address to itself.
 *
 * page_table_entry() finds the entry of the 4 KiB page at `address` below the table `root` (the PML4). A
 * large page on the way is split into 512 smaller ones of the same permissions; the new table comes from
 * pages_alloc(). It returns NULL when there is no memory for it, or nothing is mapped around `address`.
 * Tables are read and written at their physical addresses.
 */
#pragma once

#include <stdint.h>

#define PTE_P ((uint64_t)1 << 0)
#define PTE_RW ((uint64_t)1 << 1)
#define PTE_A ((uint64_t)1 << 5)
#define PTE_D ((uint64_t)1 << 6)
#define PTE_PS ((uint64_t)1 << 7)
#define PTE_NX ((uint64_t)1 << 63)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)

uint64_t *page_table_entry(uint64_t *root, uintptr_t address);
