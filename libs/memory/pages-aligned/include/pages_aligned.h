/*
 * Aligned runs of pages, as large pages of the processor need them.
 *
 * pages_alloc_aligned() returns 1 << `order` contiguous pages whose address is a multiple of their size in
 * bytes; NULL if there is no such run, or it would be larger than 1 << PAGES_ALIGNED_MAX pages. In all else
 * it is pages_alloc() (pages.h), and any part of the run goes back by pages_free().
 */
#pragma once

#include <stddef.h>

#define PAGES_ALIGNED_MAX 18u /* 1 GiB */

void *pages_alloc_aligned(unsigned order);
