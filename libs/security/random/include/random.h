/*
 * Random bytes, fit for keys.
 *
 * random_bytes() fills `size` bytes at `buffer`. It never returns weak ones: where the machine has no source
 * of randomness, it panics. It may be called at any time, and allocates nothing.
 */
#pragma once

#include <stddef.h>

void random_bytes(void *buffer, size_t size);
