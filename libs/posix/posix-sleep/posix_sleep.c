#include <clock.h>
#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <sleep.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#include <posix_sleep.h>
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

/* Who sleeps until a moment of the time of day wakes when that is set, and looks again. */
struct sleeper {
    struct sleeper *next;
    struct kthread *thread;
};

#ifdef CONFIG_LIB_KTHREAD
static struct sleeper *sleepers;

static void enlist(struct sleeper *self)
{
    *self = (struct sleeper){sleepers, kthread_current()};
    sleepers = self;
}

static void delist(const struct sleeper *self)
{
    struct sleeper **place = &sleepers;

    while (*place != self)
        place = &(*place)->next;
    *place = self->next;
}

void posix_sleep_clock_set(void)
{
    for (struct sleeper *sleeper = sleepers; sleeper; sleeper = sleeper->next)
        kthread_wake(sleeper->thread);
}
#else
static void enlist(struct sleeper *self)
{
    (void)self;
}

static void delist(const struct sleeper *self)
{
    (void)self;
}

void posix_sleep_clock_set(void) {} /* the only thread sets it, and does not sleep */
#endif

/* What is left until `clock` reads `target`; 0, or -EINTR. A clock of processor time may stand still
 * meanwhile. */
static long sleep_by(long clock, uint64_t target, uint64_t *left)
{
    uint64_t now = 0;
    long error = 0;
    bool handled = false;

    for (;;) {
        posix_time_read(clock, &now);
        *left = target > now ? target - now : 0;
        if (!*left || handled)
            return *left ? error : 0;
        struct sleeper self;
        if (clock == LINUX_CLOCK_REALTIME)
            enlist(&self);
        error = sleep_until(sum(clock_monotonic(), *left));
        if (clock == LINUX_CLOCK_REALTIME)
            delist(&self);
        handled = error && interrupted();
    }
}

/* The calling thread's own processor time cannot pass while it sleeps: POSIX.1-2017 has it fail. */
static bool can_be_slept_by(long clock)
{
    uint64_t now;

    return clock != LINUX_CLOCK_THREAD_CPUTIME && posix_time_read(clock, &now);
}

long sys_clock_nanosleep(long clock, long flags, long request, long remaining)
{
    const struct linux_timespec *time = (const struct linux_timespec *)request;
    bool absolute = flags & LINUX_TIMER_ABSTIME;
    uint64_t target, left, now = 0;

    if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS || !can_be_slept_by(clock)) {
        return -EINVAL;
    }
    if (clock == LINUX_CLOCK_REALTIME && !absolute) {
        clock = LINUX_CLOCK_MONOTONIC; /* setting the time of day changes no length */
    }
    target = linux_timespec_nanoseconds(time);
    if (!absolute) {
        posix_time_read(clock, &now);
        target = sum(now, target);
    }
    long error = sleep_by(clock, target, &left);
    if (error && remaining && !absolute) {
        *(struct linux_timespec *)remaining = (struct linux_timespec){
            .seconds = (int64_t)(left / NANOSECONDS),
            .nanoseconds = (int64_t)(left % NANOSECONDS),
        };
    }
    return error;
}

/* Linux measures it by the monotonic clock, so that setting the time of day does not change it. */
long sys_nanosleep(long request, long remaining)
{
    return sys_clock_nanosleep(LINUX_CLOCK_MONOTONIC, 0, request, remaining);
}
