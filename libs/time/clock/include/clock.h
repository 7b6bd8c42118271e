/*
 * Time.
 *
 * clock_monotonic() counts nanoseconds from an unspecified start, never backwards. clock_realtime() counts
 * nanoseconds since 1970-01-01T00:00:00Z. Both may be called at any time; the first call may be slow where
 * a counter must be calibrated (nothing waits at boot).
 *
 * clock_monotonic() may be interrupted by itself, in another thread, once it has been called.
 * It begins close to 0 when the image begins. clock_set_realtime() sets the time of day.
 */
#pragma once

#include <stdint.h>

uint64_t clock_monotonic(void);
uint64_t clock_realtime(void);
void clock_set_realtime(uint64_t now);
