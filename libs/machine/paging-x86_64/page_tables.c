#include "page_table.h"
#include "processor.h"

#include <page_tables.h>
#include <pages.h>

#define PTE_LENT ((uint64_t)1 << 9) /* SDM volume 3, 4.5: ignored by the processor */
#define PTE_TABLE (PTE_P | PTE_RW | PTE_A)

struct page_entry {
    uint64_t value; /* 0: nothing; without PTE_P: a page out of reach */
};

#define KEPT 3

static uint64_t *kept[KEPT];
static unsigned kept_count;

uint64_t *page_table_new(void)
{
    uint64_t *table;

    if (kept_count != 0)
        return kept[--kept_count];
    table = pages_alloc(1);
    if (table != NULL)
        page_table_clear(table);
    return table;
}

void page_table_free(uint64_t *table)
{
    if (kept_count < KEPT)
        kept[kept_count++] = table;
    else
        pages_free(table, 1);
}

/* The table below `*entry`, made if there is none. NULL: no memory. */
static uint64_t *below(uint64_t *entry)
{
    uint64_t *table;

    if (*entry != 0)
        return (uint64_t *)(*entry & PTE_ADDRESS);
    table = page_table_new();
    if (table != NULL)
        *entry = (uintptr_t)table | PTE_TABLE;
    return table;
}

/* The entry for a page of 1 << `last` bytes, or the one of a large page that holds it. */
static struct page_entry *find(uintptr_t address, unsigned last)
{
    uint64_t *table = page_table_root();

    for (unsigned shift = 39;; shift -= 9) {
        uint64_t *entry = &table[address >> shift & 511];

        if (shift == last || (*entry & PTE_PS))
            return (struct page_entry *)entry;
        table = below(entry);
        if (table == NULL)
            return NULL;
    }
}

struct page_entry *page_tables_entry(uintptr_t address)
{
    return find(address, 12);
}

struct page_entry *page_tables_large_entry(uintptr_t address)
{
    struct page_entry *entry = find(address, 21);

    return entry != NULL && entry->value != 0 && !(entry->value & PTE_PS) ? NULL : entry;
}

struct page_mapping page_tables_get(const struct page_entry *entry)
{
    uint64_t value = entry->value;
    unsigned how = 0;

    if (value & PTE_P)
        how = PAGE_READ | (value & PTE_RW ? PAGE_WRITE : 0) | (value & PTE_NX ? 0 : PAGE_EXEC);
    if (value & PTE_LENT)
        how |= PAGE_TABLES_LENT;
    if (value & PTE_D)
        how |= PAGE_TABLES_DIRTY;
    if (value & PTE_PS)
        how |= PAGE_TABLES_IS_LARGE;
    return (struct page_mapping){(void *)(value & PTE_ADDRESS), how};
}

/* Another processor may write to the page at this moment, and mark the entry as dirty: that is not lost where
 * permissions change. */
static void store(uint64_t *entry, uint64_t value)
{
#ifdef CONFIG_LIB_MULTIPROCESSOR
    uint64_t old = __atomic_load_n(entry, __ATOMIC_RELAXED), new;

    do {
        uint64_t changed = old ^ value;

        new = value;
        if (value != 0 && !(changed & PTE_ADDRESS) && (changed & (PTE_P | PTE_RW)))
            new |= old &PTE_D;
    } while (!__atomic_compare_exchange_n(entry, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
#else
    *entry = value;
#endif
}

void page_tables_set(struct page_entry *entry, struct page_mapping mapping)
{
    uint64_t value = (uintptr_t)mapping.page;

    if (mapping.how & (PAGE_READ | PAGE_WRITE | PAGE_EXEC))
        value |= PTE_P | PTE_A;
    if (mapping.how & PAGE_WRITE)
        value |= PTE_RW;
    if (!(mapping.how & PAGE_EXEC))
        value |= PTE_NX;
    if (mapping.how & PAGE_TABLES_LENT)
        value |= PTE_LENT;
    if (mapping.how & PAGE_TABLES_DIRTY)
        value |= PTE_D;
    if (mapping.how & PAGE_TABLES_IS_LARGE)
        value |= PTE_PS;
    if (mapping.page == NULL)
        value = 0;
    store(&entry->value, value);
}
