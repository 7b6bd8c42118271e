#include <clock.h>
#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <stddef.h>

#include <posix_time.h>
#ifdef CONFIG_LIB_IDLE
#include <idle.h>
#endif
#include <kernel_guard.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <sched_parallel.h>
#endif
#ifdef CONFIG_LIB_THREADS
#include <posix_thread.h>
#endif

#define ONLY 1 /* the process, and its first thread */

long sys_clock_gettime(long clock, long time);
long sys_clock_getres(long clock, long resolution);
long sys_gettimeofday(long time, long zone);
long sys_time(long seconds);

/* All of the processor's time is the application's, but what it spends stopped. */
static uint64_t process_time(void)
{
#if defined(CONFIG_LIB_SCHED_PARALLEL)
    return sched_parallel_busy();
#elif defined(CONFIG_LIB_IDLE)
    return clock_monotonic() - idle_time;
#else
    return clock_monotonic();
#endif
}

static uint64_t thread_time(void)
{
#ifdef CONFIG_LIB_KTHREAD
    return kthread_cpu_time(kthread_current());
#else
    return process_time();
#endif
}

/* Linux, include/linux/posix-timers_types.h: the complement of a process or thread, and which it is. */
#define DYNAMIC_THREAD 4
#define DYNAMIC_KIND 3
#define DYNAMIC_KIND_NONE 3

/* The clock of a process or thread whose id is part of its number; 0: the calling one. */
static bool dynamic(int clock, uint64_t *nanoseconds)
{
    int id = ~clock >> 3;

    if ((clock & DYNAMIC_KIND) == DYNAMIC_KIND_NONE)
        return false;
    if (!(clock & DYNAMIC_THREAD)) {
        *nanoseconds = process_time();
        return id == 0 || id == ONLY;
    }
#ifdef CONFIG_LIB_THREADS
    const struct posix_thread *thread = id ? threads_find(id) : threads_current();

    *nanoseconds = thread ? kthread_cpu_time(thread->kernel) : 0;
    return thread != NULL;
#else
    *nanoseconds = thread_time();
    return id == 0 || id == ONLY;
#endif
}

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
        *nanoseconds = clock_monotonic();
        return true;
    case LINUX_CLOCK_PROCESS_CPUTIME:
        *nanoseconds = process_time();
        return true;
    case LINUX_CLOCK_THREAD_CPUTIME:
        *nanoseconds = thread_time();
        return true;
    default:
        return clock < 0 && dynamic((int)clock, nanoseconds);
    }
}

/* Set once the time of day was read: from then on that is one reading of the counter, too. */
static bool realtime_started;

/* The guard is not held around the call (its wrapper would cost more than the rest): what is more than one
 * reading of the counter takes it. */
static __attribute__((noinline)) long other_clock(long clock, long time)
{
    struct linux_timespec *result = (struct linux_timespec *)time;
    uint64_t now;
    bool known;

    kernel_enter();
    known = posix_time_read(clock, &now);
    if (clock == LINUX_CLOCK_REALTIME)
        realtime_started = true;
    kernel_leave();
    if (!known)
        return -EINVAL;
    result->seconds = (int64_t)(now / NANOSECONDS);
    result->nanoseconds = (int64_t)(now % NANOSECONDS);
    return 0;
}

/* Dividing is slow, and most readings lie in the same second as the one before. Whoever is interrupted here
 * stores a second that was right. */
long sys_clock_gettime(long clock, long time)
{
    static uint64_t last_monotonic, last_realtime; /* second */
    struct linux_timespec *result = (struct linux_timespec *)time;
    uint64_t *last = &last_monotonic;
    uint64_t now, second, rest;

    if (clock == LINUX_CLOCK_MONOTONIC) {
        now = clock_monotonic();
    } else if (clock == LINUX_CLOCK_REALTIME && realtime_started) {
        now = clock_realtime();
        last = &last_realtime;
    } else {
        return other_clock(clock, time);
    }
    second = *last;
    rest = now - second * NANOSECONDS;
    if (rest >= NANOSECONDS) {
        *last = second = now / NANOSECONDS;
        rest = now % NANOSECONDS;
    }
    result->seconds = (int64_t)second;
    result->nanoseconds = (int64_t)rest;
    return 0;
}

long sys_clock_getres(long clock, long resolution)
{
    struct linux_timespec *result = (struct linux_timespec *)resolution;

    uint64_t now;

    if (!posix_time_read(clock, &now)) {
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
