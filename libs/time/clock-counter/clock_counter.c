#include "clock_scale.h"

#include <clock.h>
#include <cycle_counter.h>
#include <panic.h>
#include <rtc.h>

static uint64_t scale;  /* 0: not asked yet */
static uint64_t offset; /* what the time of day is ahead of the monotonic clock */
static int offset_known;

static __attribute__((noinline, cold)) uint64_t first_scaled(uint64_t ticks)
{
    uint64_t frequency = cycle_counter_frequency();

    if (frequency == 0)
        panic("clock: nothing tells the frequency of the processor's counter");
    scale = clock_scale(frequency);
    return clock_scaled(ticks, scale);
}

static inline __attribute__((always_inline)) uint64_t monotonic(void)
{
    uint64_t ticks = cycle_counter_read();

    return scale != 0 ? clock_scaled(ticks, scale) : first_scaled(ticks);
}

uint64_t clock_monotonic(void)
{
    return monotonic();
}

void clock_set_realtime(uint64_t now)
{
    offset = now - clock_monotonic();
    offset_known = 1;
}

/* Apart from the rest, which is a few instructions. */
static __attribute__((noinline, cold)) void find_offset(void)
{
    uint64_t seconds = 0;

    if (rtc_read(&seconds) == 0)
        offset = seconds * NANOSECONDS - clock_monotonic();
    offset_known = 1; /* a machine without a date starts in 1970 */
}

uint64_t clock_realtime(void)
{
    if (!offset_known)
        find_offset();
    return monotonic() + offset;
}
