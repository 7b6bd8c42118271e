#include "timers.h"

#include <errno.h>
#include <heap.h>
#include <interval_timer.h>
#include <linux_signal.h>
#include <linux_time.h>
#include <posix_time.h>
#include <signals_owners.h>
#include <stddef.h>

long sys_timer_create(long clock, long event, long id);
long sys_timer_getoverrun(long id);
long sys_timer_gettime(long id, long value);
long sys_timer_settime(long id, long flags, long value, long old);

/* Linux, include/uapi/asm-generic/siginfo.h. */
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2
#define SIGEV_THREAD_ID 4

#define THREAD_CLOCK 6 /* in a clock's number: a thread's, of scheduled time */

/* struct sigevent. */
struct event {
    uint64_t value;
    int32_t signal;
    int32_t notify;
    int32_t thread;
};

/* struct itimerspec. */
struct itimer {
    struct linux_timespec interval, value;
};

struct timer *timers_of_process;

static struct timer *find(long id)
{
    struct timer *timer = timers_of_process;

    while (timer && timer->interval.id != id)
        timer = timer->next;
    return timer;
}

/* Which clocks a timer can run by, and -EINVAL for others: it costs too much to tell time that is not
 * adjusted. */
static long clock_of(long clock)
{
    uint64_t now;

    switch (clock) {
    case LINUX_CLOCK_THREAD_CPUTIME:
        return (long)((unsigned long)~signals_own_id() << 3 | THREAD_CLOCK);
    case LINUX_CLOCK_MONOTONIC_RAW:
    case LINUX_CLOCK_REALTIME_COARSE:
    case LINUX_CLOCK_MONOTONIC_COARSE:
        return -EINVAL;
    default:
        return posix_time_read(clock, &now) ? clock : -EINVAL;
    }
}

static bool valid(const struct event *event)
{
    switch (event->notify) {
    case SIGEV_NONE:
        return true;
    case SIGEV_THREAD_ID:
        if (!signals_thread_exists(event->thread))
            return false;
        break;
    case SIGEV_SIGNAL:
    case SIGEV_THREAD: /* the C library sees to the thread */
        break;
    default:
        return false;
    }
    return event->signal >= 1 && event->signal <= LINUX_SIGNALS;
}

/* With the lowest id that is free. */
static void add(struct timer *timer)
{
    struct timer **place = &timers_of_process;

    for (timer->interval.id = 0; *place && (*place)->interval.id == timer->interval.id; timer->interval.id++)
        place = &(*place)->next;
    timer->next = *place;
    *place = timer;
}

long sys_timer_create(long clock, long given, long id)
{
    struct event event = {.signal = LINUX_SIGALRM};
    struct timer *timer;
    long runs_by = clock_of(clock);

    if (clock >= 0 && runs_by == -EINVAL)
        return -EINVAL;
    if (given)
        event = *(const struct event *)given;
    if (!valid(&event))
        return -EINVAL;
    timer = heap_alloc(sizeof *timer);
    if (!timer)
        return -EAGAIN;
    *timer = (struct timer){.interval = {
                                .clock = runs_by,
                                .signal = event.notify == SIGEV_NONE ? 0 : event.signal,
                                .thread = event.notify == SIGEV_THREAD_ID ? event.thread : 0,
                                .code = LINUX_SI_TIMER,
                                .value = event.value,
                            }};
    add(timer);
    if (!given)
        timer->interval.value = (uint64_t)timer->interval.id;
    *(int32_t *)id = timer->interval.id;
    return 0;
}

long sys_timer_delete(long id)
{
    struct timer *timer = find(id), **place = &timers_of_process;

    if (!timer)
        return -EINVAL;
    while (*place != timer)
        place = &(*place)->next;
    *place = timer->next;
    interval_timer_end(&timer->interval);
    heap_free(timer);
    return 0;
}

static void get(const struct interval_timer *timer, struct itimer *value)
{
    uint64_t left = interval_timer_left(timer);

    value->value = (struct linux_timespec){(int64_t)(left / NANOSECONDS), (int64_t)(left % NANOSECONDS)};
    value->interval = (struct linux_timespec){(int64_t)(timer->interval / NANOSECONDS),
                                              (int64_t)(timer->interval % NANOSECONDS)};
}

long sys_timer_gettime(long id, long value)
{
    struct timer *timer = find(id);

    if (!timer)
        return -EINVAL;
    get(&timer->interval, (struct itimer *)value);
    return 0;
}

long sys_timer_settime(long id, long flags, long value, long old)
{
    struct timer *timer = find(id);
    struct itimer new;

    if (!timer || !value)
        return -EINVAL;
    new = *(const struct itimer *)value;
    if (new.value.seconds < 0 || (uint64_t) new.value.nanoseconds >= NANOSECONDS ||
        new.interval.seconds < 0 || (uint64_t) new.interval.nanoseconds >= NANOSECONDS)
        return -EINVAL;
    if (old)
        get(&timer->interval, (struct itimer *)old);
    interval_timer_set(&timer->interval, linux_timespec_nanoseconds(&new.value),
                       linux_timespec_nanoseconds(&new.interval), flags & LINUX_TIMER_ABSTIME);
    return 0;
}

long sys_timer_getoverrun(long id)
{
    const struct timer *timer = find(id);

    return timer ? timer->interval.overrun : -EINVAL;
}
