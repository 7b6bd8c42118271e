#include "../clock_scale.h"

#include <assert.h>
#include <clock.h>
#include <cycle_counter.h>
#include <errno.h>
#include <panic.h>
#include <rtc.h>
#include <stdlib.h>

#define YEAR UINT64_C(31556952)

/* The machine around the clock. */
static uint64_t ticks, frequency, date;
static int frequency_asked, date_asked, date_error;

uint64_t cycle_counter_read(void)
{
    return ticks;
}

uint64_t cycle_counter_frequency(void)
{
    frequency_asked++;
    return frequency;
}

int rtc_read(uint64_t *seconds)
{
    date_asked++;
    if (date_error == 0)
        *seconds = date;
    return date_error;
}

void panic(const char *message, ...)
{
    (void)message;
    exit(1);
}

/* Exact nanoseconds, rounded down, in two steps that do not overflow. */
static uint64_t exact(uint64_t t, uint64_t f)
{
    return t / f * NANOSECONDS + (uint64_t)((unsigned __int128)(t % f) * NANOSECONDS / f);
}

static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void scaling_is_close_and_never_goes_back(void)
{
    for (int i = 0; i < 200000; i++) {
        uint64_t f = 1000 + random_number() % 10000000000u;
        uint64_t t = random_number() >> random_number() % 60;
        uint64_t scale = clock_scale(f), got = clock_scaled(t, scale), want = exact(t, f);

        /* The scale is short of the truth by less than 2^-32 ns a tick. */
        if (t / f >= UINT64_MAX / NANOSECONDS)
            continue; /* the nanoseconds themselves do not fit */
        assert(got <= want && want - got <= (t >> 32) + 1);
        assert(clock_scaled(t + 1, scale) >= got);
    }
    /* A century at 4 GHz; the counter's last value. */
    uint64_t scale = clock_scale(4000000000u), century = 100 * YEAR;
    assert(clock_scaled(century * 4000000000u, scale) <= century * NANOSECONDS);
    assert(clock_scaled(UINT64_MAX, scale) > 146 * YEAR * NANOSECONDS);
    /* Frequencies that divide 2^32 * 10^9 are exact. */
    assert(clock_scaled(UINT64_C(1) << 40, clock_scale(1000000000)) == UINT64_C(1) << 40);
    assert(clock_scaled(7, clock_scale(1)) == 7 * NANOSECONDS);
}

static void nothing_is_asked_before_the_first_use_and_all_only_once(void)
{
    assert(frequency_asked == 0 && date_asked == 0);
    frequency = 2000000000, ticks = 10000000000, date = 1700000000;
    assert(clock_monotonic() == 5 * NANOSECONDS && frequency_asked == 1 && date_asked == 0);
    assert(clock_realtime() == 1700000000 * NANOSECONDS && date_asked == 1);
    ticks += 3, date += 100; /* the device is not asked again */
    assert(clock_realtime() == 1700000000 * NANOSECONDS + 1);
    assert(clock_monotonic() == 5 * NANOSECONDS + 1);
    assert(frequency_asked == 1 && date_asked == 1);
}

int main(void)
{
    scaling_is_close_and_never_goes_back();
    nothing_is_asked_before_the_first_use_and_all_only_once();
    return 0;
}
