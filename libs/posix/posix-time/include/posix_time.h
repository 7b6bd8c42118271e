/* Linux's clock numbers, in terms of ours. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads the clock in nanoseconds; false if there is no clock of that number. */
bool posix_time_read(long clock, uint64_t *nanoseconds);
