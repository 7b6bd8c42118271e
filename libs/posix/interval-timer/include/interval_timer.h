/*
 * Timers of POSIX: a signal at a moment of a clock, once or again and again.
 *
 * A timer is its owner's memory, all zeroes but for the first group of fields. interval_timer_set() arms it:
 * it fires when its clock reads `value` (if `absolute`), or in `value` nanoseconds, and then every `interval`
 * (0: not again); a value of 0 disarms it. Its signal waits once at most: as long as it does the timer stands
 * still, and `overrun` counts the times that were missed when it is delivered. interval_timer_left() is how
 * long it is until it fires, at least 1 if it is armed, else 0. interval_timer_end() is for who gives up the
 * memory.
 *
 * A timer of CLOCK_REALTIME that was set to a moment follows when the clock is set:
 * interval_timers_clock_set(). A clock of processor time is looked at when it could have come so far at the
 * earliest.
 *
 * The signal goes to the process that has set the timer, which must disarm it before it ends.
 *
 * Callers hold the guard (kernel_guard.h). For CLOCK_THREAD_CPUTIME use the number that names the thread.
 */
#pragma once

#include <ktimer.h>
#include <signal_state.h>
#include <stdbool.h>
#include <stdint.h>

struct interval_timer {
    long clock;
    long thread;     /* that gets the signal; 0: the process */
    int32_t signal;  /* 0: none */
    int32_t code;    /* si_code */
    int32_t id;      /* si_timerid */
    uint64_t value;  /* si_value */
    int32_t overrun; /* of the last signal that was delivered */

    struct ktimer ktimer; /* the library's own from here on */
    struct signal_entry entry;
    struct interval_timer *next;
    void *process;   /* that has set it, where there are several */
    uint64_t expiry; /* by `runs_by`; 0: not armed */
    uint64_t interval;
    long runs_by;
    int32_t extra; /* times that it fired while its signal waited from an earlier setting */
};

void interval_timer_set(struct interval_timer *timer, uint64_t value, uint64_t interval, bool absolute);
uint64_t interval_timer_left(const struct interval_timer *timer);
void interval_timer_end(struct interval_timer *timer);
void interval_timers_clock_set(void);
