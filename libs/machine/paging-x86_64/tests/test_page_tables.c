/* Pages at random addresses, small and large, against an array: what lies where, what is found first, what
 * goes back. */
// instead: ../page_tables.c ../page_tables_range.c
#include "tables_here.h"

#include <assert.h>
#include <page_tables.h>
#include <pages.h>
#include <stdlib.h>
#include <string.h>

#define AREA 1600 /* pages: three large ones and more, across a border of tables of all levels */
#define START (((uintptr_t)3 << 39) - 300 * 4096)
#define LARGE_PAGES 512

static int tables, failing;
static struct page_mapping model[AREA]; /* of large ones, each part for itself */
static unsigned random_state = 7;

static unsigned draw(unsigned limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

void *pages_alloc(size_t count)
{
    assert(count == 1);
    if (failing != 0 && draw(3) == 0)
        return NULL;
    tables++;
    return memset(aligned_alloc(4096, 4096), 0xee, 4096);
}

void pages_free(void *start, size_t count)
{
    assert(count == 1);
    for (int i = 0; i < 512; i++)
        assert(((uint64_t *)start)[i] == 0); /* a table that somebody could still walk */
    tables--;
    free(start);
}

size_t pages_available(void)
{
    return 0;
}

static uintptr_t address(size_t page)
{
    return START + page * 4096;
}

static unsigned random_how(void)
{
    static const unsigned protections[] = {PAGE_NONE, PAGE_READ, PAGE_READ | PAGE_WRITE,
                                           PAGE_READ | PAGE_EXEC};

    return protections[draw(4)] | (draw(2) ? PAGE_TABLES_LENT : 0) | (draw(2) ? PAGE_TABLES_DIRTY : 0);
}

static void map_small(void)
{
    size_t page = draw(AREA);
    struct page_entry *entry = page_tables_entry(address(page));
    struct page_mapping mapping = {(void *)(uintptr_t)((1 + draw(1u << 20)) * 4096ul), random_how()};

    if (entry == NULL) {
        assert(failing);
        return;
    }
    if (page_tables_get(entry).how & PAGE_TABLES_IS_LARGE)
        return;
    assert(page_tables_get(entry).page == model[page].page);
    page_tables_set(entry, mapping);
    model[page] = mapping;
}

static void map_large(void)
{
    size_t first = (300 + draw(3) * LARGE_PAGES) % AREA; /* the border is a multiple of a large page */
    struct page_entry *entry = page_tables_large_entry(address(first));
    struct page_mapping mapping = {(void *)(uintptr_t)((1 + draw(1000)) * PAGE_TABLES_LARGE),
                                   random_how() | PAGE_TABLES_IS_LARGE};

    if (first + LARGE_PAGES > AREA || entry == NULL)
        return;
    page_tables_set(entry, mapping);
    for (size_t i = 0; i < LARGE_PAGES; i++)
        model[first + i] = (struct page_mapping){(char *)mapping.page + i * 4096, mapping.how};
}

static void unmap(void)
{
    size_t first = draw(AREA), end = first + 1 + draw(draw(3) ? 20 : AREA);

    if (end > AREA)
        end = AREA;
    if (!page_tables_split(address(first)) || !page_tables_split(address(end))) {
        assert(failing);
        return;
    }
    for (uintptr_t at = address(first);;) {
        struct page_entry *entry = page_tables_next(&at, address(end));

        if (entry == NULL)
            break;
        at += page_tables_get(entry).how & PAGE_TABLES_IS_LARGE ? PAGE_TABLES_LARGE : 4096;
        page_tables_set(entry, (struct page_mapping){0});
    }
    memset(model + first, 0, (end - first) * sizeof *model);
    size_t low = first, high = end;
    while (low > 0 && model[low - 1].page == NULL)
        low--;
    while (high < AREA && model[high].page == NULL)
        high++;
    page_tables_free(address(first), address(end), low == 0 ? PAGE_TABLES_START : address(low),
                     high == AREA ? PAGE_TABLES_END : address(high));
}

/* All that lies anywhere, from a random page on. */
static void check(void)
{
    size_t page = draw(AREA);

    for (uintptr_t at = address(page);;) {
        struct page_entry *entry = page_tables_next(&at, PAGE_TABLES_END);
        struct page_mapping mapping = {0};
        size_t found = AREA, count = 1;

        if (entry != NULL) {
            mapping = page_tables_get(entry);
            found = (at - START) / 4096;
            count = mapping.how & PAGE_TABLES_IS_LARGE ? LARGE_PAGES : 1;
        }
        for (; page < found; page++)
            assert(model[page].page == NULL);
        if (entry == NULL)
            return;
        for (; page < found + count; page++) {
            assert(model[page].page == (char *)mapping.page + (page - found) * 4096);
            assert((model[page].how & ~PAGE_TABLES_IS_LARGE) == (mapping.how & ~PAGE_TABLES_IS_LARGE));
        }
        at = address(page);
    }
}

int main(void)
{
    int most = 0;

    for (int round = 0; round < 20000; round++) {
        unsigned what = draw(20);

        failing = draw(10) == 0;
        if (what < 14)
            map_small();
        else if (what < 17)
            map_large();
        else
            unmap();
        if (round % 8 == 0)
            check();
        most = tables > most ? tables : most;
    }
    failing = 0;
    assert(page_tables_split(address(0)) && page_tables_split(address(AREA)));
    for (uintptr_t at = address(0);;) {
        struct page_entry *entry = page_tables_next(&at, PAGE_TABLES_END);

        if (entry == NULL)
            break;
        at += page_tables_get(entry).how & PAGE_TABLES_IS_LARGE ? PAGE_TABLES_LARGE : 4096;
        page_tables_set(entry, (struct page_mapping){0});
    }
    page_tables_free(address(0), address(AREA), PAGE_TABLES_START, PAGE_TABLES_END);
    assert(most > 6 && tables == 3); /* which are kept for the next mapping */
    for (int i = 0; i < 512; i++)
        assert(root[i] == 0);
    return 0;
}
