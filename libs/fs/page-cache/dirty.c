/*
 * Which pages wait to be written: how many of all files, and of each file a list, so that nobody has to look
 * at all of a large file's pages for the few that have changed.
 */
#include "store.h"

#include <page_cache.h>

#define BINS 52 /* lists of 1, 2, 4, ... pages: more than any file has */

static size_t total;

size_t page_cache_dirty(void)
{
    return total;
}

void page_cache_set_dirty(struct page *page)
{
    struct page_cache_file *file = page->file;

    page->again = true;
    if (page->dirty)
        return;
    if (total == 0)
        page_cache_announce();
    page->dirty = true;
    page->dirty_next = NULL;
    page->dirty_previous = file->dirty_last;
    *(file->dirty_last != NULL ? &file->dirty_last->dirty_next : &file->dirty_first) = page;
    file->dirty_last = page;
    file->dirty++;
    total++;
}

void page_cache_set_clean(struct page *page)
{
    struct page_cache_file *file = page->file;
    struct page *next = page->dirty_next, *previous = page->dirty_previous;

    if (!page->dirty)
        return;
    page->dirty = false;
    *(previous != NULL ? &previous->dirty_next : &file->dirty_first) = next;
    *(next != NULL ? &next->dirty_previous : &file->dirty_last) = previous;
    file->dirty--;
    total--;
}

/* One list of two that are sorted. */
static struct page *merge(struct page *one, struct page *other)
{
    struct page *first, **link = &first;

    while (one != NULL && other != NULL) {
        struct page **lower = one->index < other->index ? &one : &other;

        *link = *lower;
        link = &(*lower)->dirty_next;
        *lower = *link;
    }
    *link = one != NULL ? one : other;
    return first;
}

/* Knuth, The Art of Computer Programming, volume 3, 5.2.4: merging lists of equal length. */
static struct page *sorted(struct page *page)
{
    struct page *bins[BINS] = {NULL}, *all = NULL;

    while (page != NULL) {
        struct page *next = page->dirty_next;
        unsigned i = 0;

        page->dirty_next = NULL;
        for (; i < BINS - 1 && bins[i] != NULL; i++) {
            page = merge(bins[i], page);
            bins[i] = NULL;
        }
        bins[i] = page;
        page = next;
    }
    for (unsigned i = 0; i < BINS; i++)
        all = merge(bins[i], all);
    return all;
}

void page_cache_sort_dirty(struct page_cache_file *file)
{
    struct page *page = file->dirty_first, *previous = NULL;

    /* Who wrote in sequence has a list in order. */
    while (page != NULL && (previous == NULL || previous->index < page->index)) {
        previous = page;
        page = page->dirty_next;
    }
    if (page == NULL)
        return;
    file->dirty_first = sorted(file->dirty_first);
    previous = NULL;
    for (page = file->dirty_first; page != NULL; page = page->dirty_next) {
        page->dirty_previous = previous;
        previous = page;
    }
    file->dirty_last = previous;
}
