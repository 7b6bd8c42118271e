/*
 * The free blocks, in lists by size.
 *
 * The first level splits sizes by powers of two, the second each power into 16 equal steps; a bit per list
 * says which are not empty. So a list whose every block is large enough is found with two bit searches,
 * whatever the heap holds.
 */
#pragma once

#include "block.h"

/* Blocks for larger requests than this cannot be asked for (32 GiB). */
#define FREE_LISTS_MAX ((size_t)1 << 35)

/* Marks the block free and adds it; its neighbours' headers are the caller's business. */
void tlsf_add(struct block *block);

/* Takes a block that is in a list out of it and marks it in use. */
void tlsf_remove(struct block *block);

/* Takes out a block of at least `size` bytes, header included; NULL if none is found. `size` <=
 * FREE_LISTS_MAX. */
struct block *tlsf_take(size_t size);
