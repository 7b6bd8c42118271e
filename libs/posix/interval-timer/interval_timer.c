#include <interval_timer.h>

#include <clock.h>
#include <config.h>
#include <linux_signal.h>
#include <linux_time.h>
#include <posix_time.h>
#include <signals_owners.h>
#include <stddef.h>
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif

#define SOONEST 1000000 /* nanoseconds from one signal that nobody gets to the next */

static struct interval_timer *timers; /* that are armed */

static uint64_t now_of(const struct interval_timer *timer)
{
    uint64_t now = 0;

    posix_time_read(timer->runs_by, &now);
    return now;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    uint64_t total;

    return __builtin_add_overflow(a, b, &total) ? UINT64_MAX : total;
}

static void arm(struct interval_timer *timer, uint64_t at_least)
{
    uint64_t now = now_of(timer), left = timer->expiry > now ? timer->expiry - now : 0;

    ktimer_start(&timer->ktimer, sum(clock_monotonic(), left > at_least ? left : at_least));
}

/* Past all moments that have come; returns how many more than one there were. */
static uint64_t advance(struct interval_timer *timer)
{
    uint64_t now = now_of(timer), missed = 0;

    if (now > timer->expiry)
        missed = (now - timer->expiry) / timer->interval;
    timer->expiry = sum(timer->expiry + missed * timer->interval, timer->interval);
    return missed;
}

/* The signal is on its way to a handler, or to nobody any more. */
static void taken(struct signal_entry *entry)
{
    struct interval_timer *timer =
        (struct interval_timer *)((char *)entry - offsetof(struct interval_timer, entry));
    uint64_t overrun = (uint64_t)timer->extra;

    timer->extra = 0;
    if (timer->expiry && timer->interval && !ktimer_armed(&timer->ktimer)) {
        overrun += advance(timer);
        arm(timer, 0);
    }
    timer->overrun = overrun < INT32_MAX ? (int32_t)overrun : INT32_MAX;
    if (timer->code == LINUX_SI_TIMER)
        entry->user = timer->overrun;
}

static void take_out(struct interval_timer *timer)
{
    struct interval_timer **place = &timers;

    ktimer_stop(&timer->ktimer);
    timer->expiry = 0;
    while (*place && *place != timer)
        place = &(*place)->next;
    if (*place)
        *place = timer->next;
}

static void send(struct interval_timer *timer)
{
    struct linux_siginfo info = {.signal = timer->signal, .code = timer->code, .value = timer->value};

    if (timer->code == LINUX_SI_TIMER)
        info.timer = timer->id;
    timer->entry.taken = taken;
    if (!signals_send_entry(&timer->entry, timer->thread, &info))
        timer->extra += timer->extra < INT32_MAX;
}

/* With the state of the process that the timer belongs to. */
static void fire(void *argument)
{
    struct interval_timer *timer = argument;

    if (!timer->interval)
        take_out(timer);
    if (timer->signal)
        send(timer);
    if (timer->interval && !timer->entry.signal) {
        advance(timer);
        arm(timer, SOONEST);
    }
}

static void expired(struct ktimer *ktimer)
{
    struct interval_timer *timer =
        (struct interval_timer *)((char *)ktimer - offsetof(struct interval_timer, ktimer));

    if (now_of(timer) < timer->expiry) { /* the clock has stood still, or was set back */
        arm(timer, 0);
        return;
    }
#ifdef CONFIG_LIB_PROCESSES
    processes_within(timer->process, fire, timer);
#else
    fire(timer);
#endif
}

void interval_timer_set(struct interval_timer *timer, uint64_t value, uint64_t interval, bool absolute)
{
    take_out(timer);
    timer->runs_by = timer->clock == LINUX_CLOCK_REALTIME && !absolute ? LINUX_CLOCK_MONOTONIC : timer->clock;
    timer->interval = interval;
    timer->overrun = timer->extra = 0;
    if (!value)
        return;
#ifdef CONFIG_LIB_PROCESSES
    timer->process = processes_current();
#endif
    timer->expiry = absolute ? value : sum(now_of(timer), value);
    timer->next = timers;
    timers = timer;
    timer->ktimer.expired = expired;
    arm(timer, 0);
}

uint64_t interval_timer_left(const struct interval_timer *timer)
{
    uint64_t now = now_of(timer);

    if (!timer->expiry)
        return 0;
    if (timer->expiry > now)
        return timer->expiry - now;
    return timer->interval ? timer->interval - (now - timer->expiry) % timer->interval : 1;
}

void interval_timer_end(struct interval_timer *timer)
{
    take_out(timer);
    signals_entry_drop(&timer->entry);
}

void interval_timers_clock_set(void)
{
    for (struct interval_timer *timer = timers; timer; timer = timer->next)
        if (timer->runs_by == LINUX_CLOCK_REALTIME && ktimer_armed(&timer->ktimer))
            arm(timer, 0);
}
