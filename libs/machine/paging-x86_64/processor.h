/* What the processor is told. Defined by tests on the host in their own way. */
#pragma once

#include <stdint.h>

uint64_t *page_table_root(void);
void page_table_forget(uintptr_t address); /* the page at `address` is looked up anew */
void page_table_forget_all(void);
void page_table_clear(uint64_t table[512]);
