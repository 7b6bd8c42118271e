/* What the memory calls share. Addresses are page-aligned; functions return 0 or a negated errno. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <page_protection.h>

#define MAP_READ_WRITE (PAGE_READ | PAGE_WRITE)

/* Rounds a length up to whole pages; false if it is 0 or goes beyond the end of memory from `start`. */
bool memory_range(uintptr_t start, size_t length, uintptr_t *end);

/* New pages, readable and writable, contents undefined; NULL if there are none. `size` is a multiple of
 * pages. */
void *memory_add(size_t size);

/* Protects the mapped part of [start, end) so. A part that cannot be leaves those before it changed. */
int memory_protect(uintptr_t start, uintptr_t end, int protection);

/* Gives back the mapped part of [start, end). */
int memory_remove(uintptr_t start, uintptr_t end);
