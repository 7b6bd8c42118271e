/*
 * Registers of devices in the machine's memory.
 *
 * device_memory_map() makes [physical, physical + size) readable and writable, not cached and not executable,
 * and returns a pointer to its beginning. It returns NULL when there is no memory for a page table, or the
 * range, which must not be empty, lies outside what the machine can address. It stays for good; mapping it
 * again is allowed. Naming memory that is no device's does harm.
 *
 * device_memory_map_cached() is for what is memory indeed, but not the image's own: it goes through the
 * processor's caches.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

volatile void *device_memory_map(uint64_t physical, size_t size);
void *device_memory_map_cached(uint64_t physical, size_t size);
