#include <device_memory.h>
#include <pages.h>

/* Intel SDM volume 3, 4.5: 4-level paging. */
#define PTE_P ((uint64_t)1 << 0)
#define PTE_RW ((uint64_t)1 << 1)
#define PTE_PWT ((uint64_t)1 << 3)
#define PTE_PCD                                                                                              \
    ((uint64_t)1 << 4) /* with PWT: uncacheable, in the table of memory types that a reset leaves (4.9.2) */
#define PTE_A ((uint64_t)1 << 5)
#define PTE_D ((uint64_t)1 << 6)
#define PTE_PS ((uint64_t)1 << 7)
#define PTE_NX ((uint64_t)1 << 63)
#define PTE_ADDRESS ((uint64_t)0x000ffffffffff000)

#define ADDRESS_LIMIT ((uint64_t)1 << 39) /* one entry of the PML4, which the machine entry has filled in */

/* The last-level table for `address`; NULL: no memory. A large page that is there already holds the address
 * as it is. */
static uint64_t *table_of(uint64_t address, int *mapped)
{
    uint64_t cr3, *table;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    table = (uint64_t *)(cr3 & PTE_ADDRESS);
    for (unsigned shift = 39; shift > 12; shift -= 9) {
        uint64_t *entry = &table[address >> shift & 511];

        if (!(*entry & PTE_P)) {
            uint64_t *new = pages_alloc(1);

            if (!new)
                return NULL;
            for (int i = 0; i < 512; i++)
                new[i] = 0;
            *entry = (uintptr_t) new | PTE_P | PTE_RW | PTE_A;
        } else if (*entry & PTE_PS) {
            *mapped = 1;
            return NULL;
        }
        table = (uint64_t *)(*entry & PTE_ADDRESS);
    }
    return table;
}

/* An entry that was not present is not cached by the processor: nothing need be flushed (SDM volume
 * 3, 4.10.2.3). */
static void *map(uint64_t physical, size_t size, uint64_t type)
{
    if (size == 0 || physical >= ADDRESS_LIMIT || size > ADDRESS_LIMIT - physical)
        return NULL;
    for (uint64_t page = physical & PTE_ADDRESS; page < physical + size; page += PAGE_SIZE) {
        int mapped = 0;
        uint64_t *table = table_of(page, &mapped);

        if (mapped)
            continue;
        if (!table)
            return NULL;
        table[page >> 12 & 511] = page | PTE_P | PTE_RW | type | PTE_A | PTE_D | PTE_NX;
    }
    return (void *)physical;
}

volatile void *device_memory_map(uint64_t physical, size_t size)
{
    return map(physical, size, PTE_PWT | PTE_PCD);
}

void *device_memory_map_cached(uint64_t physical, size_t size)
{
    return map(physical, size, 0);
}
