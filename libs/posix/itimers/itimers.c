#include "itimers.h"

#include <errno.h>
#include <interval_timer.h>
#include <linux_signal.h>
#include <linux_time.h>
#include <stddef.h>

long sys_alarm(long seconds);
long sys_getitimer(long which, long value);
long sys_setitimer(long which, long value, long old);

#define MICROSECONDS 1000000
#define MICROSECOND 1000 /* nanoseconds */

/* struct itimerval. */
struct itimer {
    struct linux_timeval interval, value;
};

static bool valid(const struct linux_timeval *time)
{
    return time->seconds >= 0 && (uint64_t)time->microseconds < MICROSECONDS;
}

static uint64_t nanoseconds(const struct linux_timeval *time)
{
    const struct linux_timespec spec = {time->seconds, time->microseconds * MICROSECOND};

    return linux_timespec_nanoseconds(&spec);
}

/* Rounded up, so that what is armed does not look as if it were not. */
static struct linux_timeval timeval(uint64_t time)
{
    uint64_t microseconds = time / MICROSECOND + (time % MICROSECOND != 0);

    return (struct linux_timeval){(int64_t)(microseconds / MICROSECONDS),
                                  (int64_t)(microseconds % MICROSECONDS)};
}

static void get(const struct interval_timer *timer, struct itimer *value)
{
    value->value = timeval(interval_timer_left(timer));
    value->interval = timeval(timer->interval);
}

long sys_getitimer(long which, long value)
{
    const struct interval_timer *timers = itimers_own();

    if ((unsigned long)which >= COUNT)
        return -EINVAL;
    if (!timers)
        return -ENOMEM;
    get(&timers[which], (struct itimer *)value);
    return 0;
}

long sys_setitimer(long which, long value, long old)
{
    const struct itimer *given = (const struct itimer *)value;
    struct interval_timer *timers = itimers_own();
    struct itimer new = given ? *given : (struct itimer){{0, 0}, {0, 0}};

    if ((unsigned long)which >= COUNT || !valid(&new.value) || !valid(&new.interval))
        return -EINVAL;
    if (!timers)
        return -ENOMEM;
    if (old)
        get(&timers[which], (struct itimer *)old);
    interval_timer_set(&timers[which], nanoseconds(&new.value), nanoseconds(&new.interval), false);
    return 0;
}

/* Seconds that were left, rounded to the nearest, but 1 at least. */
long sys_alarm(long seconds)
{
    struct interval_timer *timers = itimers_own();

    if (!timers)
        return 0; /* it cannot fail: POSIX.1-2017 */
    uint64_t left = interval_timer_left(&timers[REAL]);
    uint64_t whole = (left + NANOSECONDS / 2) / NANOSECONDS;

    interval_timer_set(&timers[REAL], (uint32_t)seconds * NANOSECONDS, 0, false);
    return (long)(left && !whole ? 1 : whole);
}
