/*
 * Timers of the kernel.
 *
 * ktimer_start() arms a timer: `expired` will be called once with it when clock_monotonic() has reached
 * `deadline`, within kernel code, never inside ktimer_start(); it must not block, and may start and stop
 * timers, itself too. Starting an armed timer moves it. ktimer_stop() disarms it; of one that is not armed it
 * does nothing. A timer that is all zeroes is not armed. Nothing is allocated: a timer is its owner's memory,
 * which must stay until it is disarmed.
 *
 * ktimer_first() is the earliest deadline, KTIMER_NEVER without any. ktimer_run() calls what is due at `now`,
 * in the order of the deadlines, including what is started meanwhile; one that starts itself again for a
 * moment that has passed never ends it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define KTIMER_NEVER UINT64_MAX

struct ktimer {
    uint64_t deadline;
    void (*expired)(struct ktimer *timer);
    struct ktimer *child, *sibling; /* of a pairing heap */
    struct ktimer **place;          /* what points here; NULL: not armed */
};

static inline bool ktimer_armed(const struct ktimer *timer)
{
    return timer->place != 0;
}

void ktimer_start(struct ktimer *timer, uint64_t deadline);
void ktimer_stop(struct ktimer *timer);
uint64_t ktimer_first(void);
void ktimer_run(uint64_t now);
