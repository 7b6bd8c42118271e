/*
 * Nothing to do.
 *
 * idle() stops the processor until clock_monotonic() reaches `deadline` (IDLE_FOR_EVER: no deadline) or an
 * interrupt comes, calls the handlers of what has come (interrupts.h), and returns true. It may return early
 * for no reason. It returns false, at once, if nothing at all could ever end it.
 *
 * idle_time is for how many nanoseconds the processor has been stopped so far.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define IDLE_FOR_EVER UINT64_MAX

extern uint64_t idle_time;

bool idle(uint64_t deadline);
