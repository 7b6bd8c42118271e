#include <clock.h>
#include <errno.h>
#include <linux_time.h>

#include <posix_time.h>

long sys_clock_gettime(long clock, long time);
long sys_clock_getres(long clock, long resolution);
long sys_gettimeofday(long time, long zone);
long sys_time(long seconds);

/* All of the processor's time is the application's, so its own time runs with the time since boot. */
bool posix_time_read(long clock, uint64_t *nanoseconds)
{
    switch (clock) {
    case LINUX_CLOCK_REALTIME:
    case LINUX_CLOCK_REALTIME_COARSE:
    case LINUX_CLOCK_TAI: /* nobody has told the kernel of leap seconds; Linux's offset is 0 then, too */
        *nanoseconds = clock_realtime();
        return true;
    case LINUX_CLOCK_MONOTONIC:
    case LINUX_CLOCK_MONOTONIC_RAW:
    case LINUX_CLOCK_MONOTONIC_COARSE:
    case LINUX_CLOCK_BOOTTIME:
    case LINUX_CLOCK_PROCESS_CPUTIME:
    case LINUX_CLOCK_THREAD_CPUTIME:
        *nanoseconds = clock_monotonic();
        return true;
    default:
        return false;
    }
}

long sys_clock_gettime(long clock, long time)
{
    struct linux_timespec *result = (struct linux_timespec *)time;
    uint64_t now;

    if (!posix_time_read(clock, &now)) {
        return -EINVAL;
    }
    result->seconds = (int64_t)(now / NANOSECONDS);
    result->nanoseconds = (int64_t)(now % NANOSECONDS);
    return 0;
}

long sys_clock_getres(long clock, long resolution)
{
    struct linux_timespec *result = (struct linux_timespec *)resolution;

    if (!((unsigned long)clock <= LINUX_CLOCK_BOOTTIME || clock == LINUX_CLOCK_TAI)) {
        return -EINVAL;
    }
    if (result) {
        *result = (struct linux_timespec){.nanoseconds = 1};
    }
    return 0;
}

long sys_gettimeofday(long time, long zone)
{
    struct linux_timeval *result = (struct linux_timeval *)time;
    uint64_t now = clock_realtime();

    if (result) {
        result->seconds = (int64_t)(now / NANOSECONDS);
        result->microseconds = (int64_t)(now % NANOSECONDS / 1000);
    }
    if (zone) {
        *(struct linux_timezone *)zone = (struct linux_timezone){0};
    }
    return 0;
}

long sys_time(long seconds)
{
    int64_t now = (int64_t)(clock_realtime() / NANOSECONDS);

    if (seconds) {
        *(int64_t *)seconds = now;
    }
    return now;
}
