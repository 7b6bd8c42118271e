/*
 * Page permissions at run time.
 *
 * page_protect() sets what may be done with `count` whole pages from the page-aligned address `start`. Only
 * memory that came from pages_alloc() may be named. The bits are those of Linux's PROT_*; a request
 * for PAGE_WRITE and PAGE_EXEC together is refused with -EACCES. Returns 0, -EACCES, or -ENOMEM when a page
 * table could not be had (then nothing has changed).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PAGE_NONE 0
#define PAGE_READ 1
#define PAGE_WRITE 2
#define PAGE_EXEC 4

int page_protect(uintptr_t start, size_t count, int protection);
