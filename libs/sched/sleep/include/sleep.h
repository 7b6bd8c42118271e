/*
 * Sleeping.
 *
 * sleep_until() returns 0 when clock_monotonic() has reached `deadline`, -EINTR if the caller is interrupted
 * before. Meanwhile others run, or the processor stops.
 */
#pragma once

#include <stdint.h>

int sleep_until(uint64_t deadline);
