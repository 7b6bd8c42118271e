/*
 * Pages by number: a tree of pages of 512 pointers, as high as the largest number needs. A pointer to a page
 * has its lowest bit free for the owner.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct page_index {
    uintptr_t root; /* a page (levels 0) or a page of pointers; 0: nothing */
    unsigned levels;
};

/* The place of the pointer for `number`: with the pages on the way made, or NULL if there is no memory for
 * one; without, NULL where one is missing. */
uintptr_t *page_index_make(struct page_index *index, uint64_t number);
uintptr_t *page_index_find(struct page_index *index, uint64_t number);

/* The first place in [*number, end) that is not 0; `*number` becomes its number. NULL: there is none. */
uintptr_t *page_index_next(struct page_index *index, uint64_t *number, uint64_t end);

/* Frees the pages of pointers; there must be no other pages left that anybody wants. */
void page_index_clear(struct page_index *index);
