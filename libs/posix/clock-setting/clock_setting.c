#include <clock.h>
#include <config.h>
#include <errno.h>
#include <linux_time.h>
#ifdef CONFIG_LIB_INTERVAL_TIMER
#include <interval_timer.h>
#endif
#ifdef CONFIG_LIB_POSIX_SLEEP
#include <posix_sleep.h>
#endif
#ifdef CONFIG_LIB_TIMERFD
#include <timerfd.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

long sys_clock_settime(long clock, long time);
long sys_settimeofday(long time, long zone);

static long set(const struct linux_timespec *time)
{
    if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS)
        return -EINVAL;
#ifdef CONFIG_LIB_USERS
    if (!users_are_root())
        return -EPERM;
#endif
    clock_set_realtime(linux_timespec_nanoseconds(time));
#ifdef CONFIG_LIB_INTERVAL_TIMER
    interval_timers_clock_set();
#endif
#ifdef CONFIG_LIB_POSIX_SLEEP
    posix_sleep_clock_set();
#endif
#ifdef CONFIG_LIB_TIMERFD
    timerfd_clock_set();
#endif
    return 0;
}

long sys_clock_settime(long clock, long time)
{
    return clock == LINUX_CLOCK_REALTIME ? set((const struct linux_timespec *)time) : -EINVAL;
}

/* A time zone is nobody's business here. */
long sys_settimeofday(long time, long zone)
{
    const struct linux_timeval *given = (const struct linux_timeval *)time;

    (void)zone;
    if (!given)
        return 0;
    if ((uint64_t)given->microseconds >= 1000000)
        return -EINVAL;
    const struct linux_timespec spec = {given->seconds, given->microseconds * 1000};
    return set(&spec);
}
