/*
 * Page tables that no processor walks: their root, and nothing that would have to forget an address.
 */
#pragma once

#include <page_tables.h>
#include <string.h>

#include "../processor.h"

static _Alignas(4096) uint64_t root[512];

uint64_t *page_table_root(void)
{
    return root;
}

void page_table_forget(uintptr_t address)
{
    (void)address;
}

void page_table_forget_all(void) {}

void page_table_clear(uint64_t table[512])
{
    memset(table, 0, 4096);
}
