#include "threads_parts.h"

#include <clock.h>
#include <errno.h>
#include <linux_time.h>

static uint64_t later(uint64_t now, uint64_t length)
{
    uint64_t sum;

    return __builtin_add_overflow(now, length, &sum) ? KTHREAD_FOR_EVER : sum;
}

int threads_futex_deadline(const struct linux_timespec *timeout, bool absolute, bool realtime,
                           uint64_t *deadline)
{
    uint64_t time;

    *deadline = KTHREAD_FOR_EVER;
    if (!timeout)
        return 0;
    if (timeout->seconds < 0 || (uint64_t)timeout->nanoseconds >= NANOSECONDS)
        return -EINVAL;
    time = linux_timespec_nanoseconds(timeout);
    if (absolute && realtime) {
        uint64_t now = clock_realtime();

        time = time > now ? time - now : 0;
    }
    *deadline = absolute && !realtime ? time : later(clock_monotonic(), time);
    return 0;
}
