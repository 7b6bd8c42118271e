/* Splitting large pages, on tables in the host's memory. */
// instead: ../page_table.c
#include "../page_table.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define GIB ((uint64_t)1 << 30)

static uint64_t pool[4][512] __attribute__((aligned(4096)));
static int used, limit;

void *pages_alloc(size_t count)
{
    assert(count == 1);
    return used < limit ? pool[used++] : NULL;
}

static uint64_t pml4[512] __attribute__((aligned(4096)));
static uint64_t pointers[512] __attribute__((aligned(4096)));

static void start(int pages)
{
    memset(pml4, 0, sizeof pml4);
    memset(pointers, 0, sizeof pointers);
    used = 0;
    limit = pages;
    pml4[0] = (uintptr_t)pointers | PTE_P | PTE_RW;
    pointers[3] = 3 * GIB | PTE_P | PTE_RW | PTE_PS | PTE_NX;
}

int main(void)
{
    uintptr_t address = 3 * GIB + 5 * 0x200000 + 7 * 0x1000;
    uint64_t *entry;

    start(4);
    entry = page_table_entry(pml4, address);
    assert(entry && *entry == (address | PTE_P | PTE_RW | PTE_NX));
    assert(used == 2);
    /* The neighbours are mapped as before, and a second look splits nothing. */
    assert(entry[1] == ((address + 0x1000) | PTE_P | PTE_RW | PTE_NX));
    assert(pool[0][6] == ((3 * GIB + 6 * 0x200000) | PTE_P | PTE_RW | PTE_PS | PTE_NX));
    assert(page_table_entry(pml4, address) == entry && used == 2);
    assert(page_table_entry(pml4, address + 0x200000) && used == 3);

    /* No table to be had: the translation of every byte stays. */
    start(0);
    assert(!page_table_entry(pml4, address));
    assert(pointers[3] == (3 * GIB | PTE_P | PTE_RW | PTE_PS | PTE_NX));
    start(1);
    assert(!page_table_entry(pml4, address));
    assert(pool[0][5] == ((3 * GIB + 5 * 0x200000) | PTE_P | PTE_RW | PTE_PS | PTE_NX));

    /* Nothing is mapped there. */
    start(4);
    assert(!page_table_entry(pml4, 2 * GIB) && !page_table_entry(pml4, (uintptr_t)1 << 39) && used == 0);
    return 0;
}
