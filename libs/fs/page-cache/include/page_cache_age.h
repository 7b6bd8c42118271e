/*
 * Writing back what is older than PAGE_CACHE_SECONDS. An image with threads has one that does it; in others
 * the library that waits does, when page_cache_due() (clock_monotonic(), UINT64_MAX: nothing will be) has
 * come. page_cache_write_due() may wait; while it does, nothing else is due.
 */
#pragma once

#include <stdint.h>

uint64_t page_cache_due(void);
void page_cache_write_due(void);
