/*
 * A machine with page tables in the host's memory, two files, and an array of pages that says what the
 * address space should have in each.
 */
#pragma once

#include "../../../machine/paging-x86_64/tests/tables_here.h"
#include "../space.h"

#include <address_space.h>
#include <assert.h>
#include <boot_info.h>
#include <errno.h>
#include <file_pages.h>
#include <heap.h>
#include <page_fault.h>
#include <page_tables.h>
#include <pages.h>
#include <pages_failures.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY 4500   /* pages of the machine */
#define WINDOW 2100   /* pages of the address space that mappings lie in */
#define KEPT_TABLES 3 /* empty ones that the page tables keep */
#define FILE_PAGES 40 /* of each file, the last one not whole */
#define FILE_SIZE (FILE_PAGES * 4096 - 1000)
#define WINDOW_START (((uintptr_t)5 << 40) - 100 * 4096) /* across a border of all tables */

int address_space_init(void);
int pages_buddy_init(void);

/* --- the machine --- */

struct boot_info boot_info;
static _Alignas(1 << 21) unsigned char memory[MEMORY][4096];

const char *args_parameter(const char *key)
{
    (void)key;
    return NULL;
}

static int blocks; /* of the heap, in use */
static unsigned heap_fails;

void *heap_alloc(size_t size)
{
    if (heap_fails != 0 && --heap_fails == 0)
        return NULL;
    blocks++;
    return malloc(size);
}

void heap_free(void *block)
{
    blocks -= block != NULL;
    free(block);
}

void *heap_realloc(void *block, size_t size)
{
    return realloc(block, size);
}

static int complaints;

void panic_print(const char *text, ...)
{
    (void)text;
    complaints++;
}

/* --- files --- */

struct file_content {
    unsigned char bytes[FILE_SIZE];
    int held;
};

static struct file_content files[2];

void file_content_release(struct file_content *content)
{
    assert(content->held-- > 0);
}

long file_content_read_at(struct file_content *content, void *buffer, size_t size, uint64_t offset)
{
    size_t n = offset >= FILE_SIZE ? 0 : FILE_SIZE - offset < size ? FILE_SIZE - (size_t)offset : size;

    assert(content->held > 0);
    memcpy(buffer, content->bytes + offset, n);
    return (long)n;
}

long file_content_write_at(struct file_content *content, const void *data, size_t size, uint64_t offset)
{
    size_t n = size > 1000 ? 1000 : size; /* in pieces, as a file system may */

    assert(content->held > 0 && offset + size <= FILE_SIZE);
    memcpy(content->bytes + offset, data, n);
    return (long)n;
}

uint64_t file_content_size(struct file_content *content)
{
    assert(content->held > 0);
    return FILE_SIZE;
}

/* --- what should be --- */

struct page {
    bool mapped;
    int protection;
    bool shared, no_reserve;
    int file; /* -1: none */
    unsigned index;
    bool seen;      /* of a private page of a file: it is a copy by now */
    unsigned value; /* in the first bytes of the page, if private */
};

static struct page model[WINDOW];
static unsigned contents[2][FILE_PAGES]; /* of the files */

static unsigned random_state = 2024;

static unsigned draw(unsigned limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static uintptr_t address(size_t page)
{
    return WINDOW_START + page * 4096;
}

static unsigned *value_of(size_t page)
{
    struct page *p = &model[page];

    if (p->file >= 0 && p->shared)
        return &contents[p->file][p->index];
    if (p->file >= 0 && !p->seen) {
        p->seen = true;
        p->value = contents[p->file][p->index];
    }
    return &p->value;
}

/* As the processor would: the page's first bytes, or NULL after a fault that was not resolved. */
static unsigned *access_page(uintptr_t at, bool write)
{
    for (int try = 0; try < 2; try++) {
        uintptr_t start = at;
        struct page_entry *entry = page_tables_next(&start, at + 1);
        struct page_mapping mapping = entry != NULL ? page_tables_get(entry) : (struct page_mapping){0};

        if (mapping.how & (write ? PAGE_WRITE : PAGE_READ)) {
            if (write) {
                mapping.how |= PAGE_TABLES_DIRTY;
                page_tables_set(entry, mapping);
            }
            return (unsigned *)((char *)mapping.page + (at - start));
        }
        assert(try == 0);
        if (!page_fault_resolve(at, write ? PAGE_FAULT_WRITE : PAGE_FAULT_READ))
            return NULL;
    }
    return NULL;
}

static bool scarce; /* allocations fail now and then */

static void use_page(size_t page, bool write)
{
    struct page *p = &model[page];
    bool beyond = p->mapped && p->file >= 0 && p->index >= FILE_PAGES;
    bool allowed = p->mapped && p->protection & (write ? PAGE_WRITE : ~PAGE_NONE) && !beyond;
    int said = complaints;
    unsigned *bytes = access_page(address(page), write);

    if (bytes == NULL) {
        enum page_fault_reason reason = page_fault_reason(address(page));

        if (allowed) {
            assert(scarce && complaints == said + 1 && reason == PAGE_FAULT_BEYOND);
            return;
        }
        if (!p->mapped)
            assert(reason == PAGE_FAULT_UNMAPPED);
        else if (p->protection & (write ? PAGE_WRITE : ~PAGE_NONE))
            assert(reason == PAGE_FAULT_BEYOND);
        else
            assert(reason == PAGE_FAULT_FORBIDDEN);
        return;
    }
    assert(allowed);
    assert(*bytes == *value_of(page));
    if (write)
        *bytes = *value_of(page) = draw(1u << 24);
}
