/*
 * Ticks of a counter as nanoseconds.
 *
 * A scale is nanoseconds a tick as a binary fraction of 32 places. The product has 96 bits and more, so that
 * nothing overflows before the nanoseconds themselves do, after 584 years. The fraction is cut off: a counter
 * of 4 GHz loses less than one part in 10^9.
 */
#pragma once

#include <stdint.h>

#define NANOSECONDS UINT64_C(1000000000)

/* `frequency` in Hz, at least 1. */
static inline uint64_t clock_scale(uint64_t frequency)
{
    return (NANOSECONDS << 32) / frequency;
}

static inline uint64_t clock_scaled(uint64_t ticks, uint64_t scale)
{
    return (uint64_t)((unsigned __int128)ticks * scale >> 32);
}
