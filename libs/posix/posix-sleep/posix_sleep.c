#include <clock.h>
#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <sleep.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#include <posix_time.h>

long sys_nanosleep(long request, long remaining);
long sys_clock_nanosleep(long clock, long flags, long request, long remaining);

static uint64_t sum(uint64_t a, uint64_t b)
{
    uint64_t total;

    return __builtin_add_overflow(a, b, &total) ? UINT64_MAX : total;
}

/* Whether a handler has been called; the signal may have gone to another thread. */
static bool interrupted(void)
{
#ifdef CONFIG_LIB_SIGNALS
    return signals_handled();
#else
    return true;
#endif
}

/* All clocks run at one speed, so a moment of any of them is one of the monotonic clock's. */
long sys_clock_nanosleep(long clock, long flags, long request, long remaining)
{
    const struct linux_timespec *time = (const struct linux_timespec *)request;
    uint64_t now, length, reading, deadline;

    if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS ||
        !posix_time_read(clock, &reading)) {
        return -EINVAL;
    }
    now = clock_monotonic(); /* the later of the two readings: nobody wakes too early */
    length = linux_timespec_nanoseconds(time);
    if (flags & LINUX_TIMER_ABSTIME) {
        length = length > reading ? length - reading : 0;
    }
    deadline = sum(now, length);

    long error;
    do
        error = sleep_until(deadline);
    while (error && !interrupted());
    if (error && remaining && !(flags & LINUX_TIMER_ABSTIME)) {
        now = clock_monotonic();
        length = deadline > now ? deadline - now : 0;
        *(struct linux_timespec *)remaining = (struct linux_timespec){
            .seconds = (int64_t)(length / NANOSECONDS),
            .nanoseconds = (int64_t)(length % NANOSECONDS),
        };
    }
    return error;
}

/* Linux measures it by the monotonic clock, so that setting the time of day does not change it. */
long sys_nanosleep(long request, long remaining)
{
    return sys_clock_nanosleep(LINUX_CLOCK_MONOTONIC, 0, request, remaining);
}
