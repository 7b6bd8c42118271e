#include <clock.h>
#include <errno.h>
#include <linux_time.h>

#include "posix_time.h"

long sys_nanosleep(long request, long remaining);
long sys_clock_nanosleep(long clock, long flags, long request, long remaining);

/* The only thread sleeps: there is nothing else to run and nobody who could wake it, so it watches the clock.
 */
long sys_clock_nanosleep(long clock, long flags, long request, long remaining)
{
    const struct linux_timespec *time = (const struct linux_timespec *)request;
    uint64_t length;
    uint64_t start;
    uint64_t now;

    (void)remaining; /* written only when a signal ends the sleep */
    if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS || !posix_time_read(clock, &start)) {
        return -EINVAL;
    }
    length = linux_timespec_nanoseconds(time);
    if (flags & LINUX_TIMER_ABSTIME) {
        start = 0;
    }
    do {
        posix_time_read(clock, &now);
    } while (now - start < length);
    return 0;
}

/* Linux measures it by the monotonic clock, so that setting the time of day does not change it. */
long sys_nanosleep(long request, long remaining)
{
    return sys_clock_nanosleep(LINUX_CLOCK_MONOTONIC, 0, request, remaining);
}
