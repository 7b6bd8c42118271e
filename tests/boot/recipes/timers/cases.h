/* Each case returns when all held, or ends the program by EXPECT(). */
#pragma once

#define _GNU_SOURCE
#include "../expect.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000l /* nanoseconds */

static inline int64_t reading(clockid_t clock)
{
    struct timespec time;

    EXPECT(clock_gettime(clock, &time) == 0);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline struct timespec timespec(int64_t nanoseconds)
{
    return (struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000};
}

/* The machine below may take the processor away at any moment, and what it takes counts as ours: what must
 * not take long is tried until it did not. What is wrong never succeeds. */
static inline void in_the_end(bool (*attempt)(void))
{
    while (!attempt())
        ;
}

void one_shot(void);
void interval_and_overrun(void);
void absolute(void);
void by_thread(void);
void many_timers(void);
void processor_time_timer(void);
void virtual_and_profiling(void);
void itimer_values(void);
void processor_time(void);
void clock_numbers(void);
void absolute_sleeps(void);
void clock_is_set(void);
void limits(void);
void usage(void);
void names(void);
void system_information(void);
