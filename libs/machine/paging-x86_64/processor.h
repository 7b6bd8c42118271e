/* What the processor is told. Defined by tests on the host in their own way. */
#pragma once

#include <config.h>
#include <stdint.h>
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif

uint64_t *page_table_root(void);
void page_table_forget(uintptr_t address); /* the page at `address` is looked up anew */
void page_table_forget_all(void);
void page_table_clear(uint64_t table[512]);

/* An empty table; NULL: no memory. And one that is empty again. A few are kept: a mapping that is far from
 * all others takes three, and gives them back with its end. */
uint64_t *page_table_new(void);
void page_table_free(uint64_t *table);

/* The same on other processors: pages in [start, end), or, if `end` is 0, all. */
static inline void page_table_forget_elsewhere(uintptr_t start, uintptr_t end)
{
#ifdef CONFIG_LIB_MULTIPROCESSOR
    multiprocessor_forget(start, end);
#else
    (void)start, (void)end;
#endif
}
