/*
 * Seeds for a random number generator, and for nothing else: a source may be slow, and has no more to give
 * than what it collects.
 *
 * entropy_read() fills up to `size` bytes at `buffer` and returns how many it has filled; each of them has
 * (nearly) eight bits of entropy, which nothing that was read before tells anything about. Fewer than `size`
 * means that the source has failed, for now or for good. It may wait some milliseconds, allocates nothing,
 * and works before any init function has run. Callers see to it that only one of them is in it at a time.
 */
#pragma once

#include <stddef.h>

size_t entropy_read(void *buffer, size_t size);
