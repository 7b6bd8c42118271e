/* For who sets the time of day: those who sleep until a moment of it look at the clock again. */
#pragma once

void posix_sleep_clock_set(void);
