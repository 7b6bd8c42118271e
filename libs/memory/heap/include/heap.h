/*
 * Memory of any size, for the kernel's own objects.
 *
 * Blocks are aligned to 16 bytes. heap_alloc(0) returns a block that may only be freed. heap_realloc() keeps
 * the first min(old, new) bytes; on failure it returns NULL and the old block stays as it was;
 * heap_realloc(NULL, n) is heap_alloc(n). heap_free(NULL) does nothing. All return NULL when memory is
 * exhausted. A provider detects a double free or a broken block where it can, and panics.
 */
#pragma once

#include <stddef.h>

#define HEAP_ALIGNMENT ((size_t)16)

void *heap_alloc(size_t size);
void *heap_realloc(void *block, size_t size);
void heap_free(void *block);
