#include "regions.h"

#include <pages.h>
#include <string.h>

/* By which one change makes the table longer at most: what it splits keeps two ends. */
#define NEW_REGIONS 2

static struct region *table;
static size_t count;
static size_t capacity_pages;

static size_t capacity(void)
{
    return capacity_pages * PAGE_SIZE / sizeof *table;
}

bool memory_regions_reserve(void)
{
    if (count + NEW_REGIONS <= capacity()) {
        return true;
    }
    size_t pages = capacity_pages ? 2 * capacity_pages : 1;
    struct region *longer = pages_alloc(pages);

    if (longer == NULL) {
        return false;
    }
    if (table != NULL) {
        memcpy(longer, table, count * sizeof *table);
        pages_free(table, capacity_pages);
    }
    table = longer;
    capacity_pages = pages;
    return true;
}

/* The index of the first region that ends behind `address`; `count` if there is none. */
static size_t first_behind(uintptr_t address)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (table[middle].end > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Adds a region to the end of a list of `length`, or to its last region; returns the new length. */
static size_t append(struct region *list, size_t length, uintptr_t start, uintptr_t end, int protection)
{
    if (start >= end || protection == REGION_UNMAPPED) {
        return length;
    }
    if (length > 0 && list[length - 1].end == start && list[length - 1].protection == protection) {
        list[length - 1].end = end;
        return length;
    }
    list[length] = (struct region){.start = start, .end = end, .protection = protection};
    return length + 1;
}

void memory_regions_set(uintptr_t start, uintptr_t end, int protection)
{
    struct region pieces[5]; /* neighbour, rest, the new one, rest, neighbour */
    size_t length = 0;
    size_t from = first_behind(start);
    size_t to = from;

    if (from > 0) {
        from--;
        length = append(pieces, length, table[from].start, table[from].end, table[from].protection);
    }
    while (to < count && table[to].start < end) {
        if (table[to].start < start) {
            length = append(pieces, length, table[to].start, start, table[to].protection);
        }
        to++;
    }
    length = append(pieces, length, start, end, protection);
    if (to > 0 && table[to - 1].end > end) {
        length = append(pieces, length, end, table[to - 1].end, table[to - 1].protection);
    }
    if (to < count) {
        length = append(pieces, length, table[to].start, table[to].end, table[to].protection);
        to++;
    }
    memmove(&table[from + length], &table[to], (count - to) * sizeof *table);
    memcpy(&table[from], pieces, length * sizeof *table);
    count = count - (to - from) + length;
}

bool memory_regions_first(uintptr_t start, uintptr_t end, struct region *part)
{
    size_t i = first_behind(start);

    if (start >= end || i == count || table[i].start >= end) {
        return false;
    }
    *part = table[i];
    if (part->start < start) {
        part->start = start;
    }
    if (part->end > end) {
        part->end = end;
    }
    return true;
}

bool memory_regions_cover(uintptr_t start, uintptr_t end)
{
    struct region part;

    while (start < end) {
        if (!memory_regions_first(start, end, &part) || part.start != start) {
            return false;
        }
        start = part.end;
    }
    return true;
}
