/*
 * Page allocation.
 *
 * pages_alloc() returns `count` contiguous pages, page-aligned, readable, writable, contents undefined;
 * NULL if `count` is 0 or there is no such run. pages_free() gives back any whole pages that
 * pages_alloc() handed out: part of a run, or several adjacent runs at once; their protection must be
 * read and write again. pages_available() is the number of free pages in all, in runs of any length.
 * Not reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <stddef.h>

#define PAGE_SIZE ((size_t)4096)

void *pages_alloc(size_t count);
void pages_free(void *start, size_t count);
size_t pages_available(void);
