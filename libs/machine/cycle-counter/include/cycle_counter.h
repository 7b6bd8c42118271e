/*
 * The processor's constant-rate counter (x86_64: the time-stamp counter).
 *
 * cycle_counter_read() returns ticks from an unspecified start, never fewer than before.
 * cycle_counter_frequency() returns how many ticks a second has, 0 if that cannot be found out. It may
 * measure for some milliseconds: callers keep the answer.
 */
#pragma once

#include <stdint.h>

uint64_t cycle_counter_read(void);
uint64_t cycle_counter_frequency(void);
