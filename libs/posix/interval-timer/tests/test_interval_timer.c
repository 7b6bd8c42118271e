/* Timers on clocks that the test moves: when they fire, what they miss, and clocks that stand still or jump.
 */
#include <assert.h>
#include <clock.h>
#include <interval_timer.h>
#include <linux_signal.h>
#include <linux_time.h>
#include <posix_time.h>
#include <signals_owners.h>
#include <stdio.h>

static uint64_t monotonic = 1000, realtime = 5000000, processor = 50;

uint64_t clock_monotonic(void)
{
    return monotonic;
}

bool posix_time_read(long clock, uint64_t *nanoseconds)
{
    *nanoseconds = clock == LINUX_CLOCK_REALTIME          ? realtime
                   : clock == LINUX_CLOCK_PROCESS_CPUTIME ? processor
                                                          : monotonic;
    return true;
}

static struct ktimer *armed;

void ktimer_start(struct ktimer *timer, uint64_t deadline)
{
    assert(!armed || armed == timer);
    armed = timer;
    timer->deadline = deadline;
    timer->place = &armed;
}

void ktimer_stop(struct ktimer *timer)
{
    timer->place = 0;
    armed = 0;
}

/* Time passes for all clocks, and what is due happens. */
static void pass(uint64_t nanoseconds)
{
    monotonic += nanoseconds;
    realtime += nanoseconds;
    processor += nanoseconds;
    if (armed && armed->deadline <= monotonic) {
        struct ktimer *timer = armed;

        ktimer_stop(timer);
        timer->expired(timer);
    }
}

static int sent;
static bool ignored;
static long receiver;
static struct linux_siginfo information;

bool signals_send_entry(struct signal_entry *entry, long thread, const struct linux_siginfo *info)
{
    if (entry->signal)
        return false;
    sent++;
    receiver = thread;
    information = *info;
    entry->signal = ignored ? 0 : info->signal;
    return true;
}

void signals_entry_drop(struct signal_entry *entry)
{
    entry->signal = 0;
}

/* What the one who takes the signal sees as its overrun count. */
static int take(struct interval_timer *timer)
{
    assert(timer->entry.signal);
    timer->entry.taken(&timer->entry);
    timer->entry.signal = 0;
    return timer->entry.user;
}

static struct interval_timer timer_on(long clock)
{
    sent = 0;
    return (struct interval_timer){
        .clock = clock, .signal = 10, .code = LINUX_SI_TIMER, .id = 3, .value = 77, .thread = 5};
}

static void once(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_MONOTONIC);

    interval_timer_set(&timer, 100, 0, false);
    assert(interval_timer_left(&timer) == 100);
    pass(99);
    assert(sent == 0 && interval_timer_left(&timer) == 1);
    pass(1);
    assert(sent == 1 && interval_timer_left(&timer) == 0 && !armed && take(&timer) == 0);
    assert(receiver == 5 && information.timer == 3 && information.value == 77 &&
           information.code == LINUX_SI_TIMER);
    interval_timer_set(&timer, 100, 0, false);
    interval_timer_set(&timer, 0, 0, false);
    assert(!armed && interval_timer_left(&timer) == 0);
    interval_timer_set(&timer, monotonic - 5, 0, true); /* long ago: at once */
    pass(0);
    assert(sent == 2);
    interval_timer_end(&timer);
}

/* While its signal waits the timer stands still; the count says how often it would have fired. */
static void missed(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_MONOTONIC);

    interval_timer_set(&timer, 100, 10, false);
    pass(100);
    assert(sent == 1 && !armed && interval_timer_left(&timer) == 10);
    pass(34);
    assert(sent == 1 && interval_timer_left(&timer) == 6);
    assert(take(&timer) == 3 && timer.overrun == 3 && interval_timer_left(&timer) == 6);
    pass(6);
    assert(sent == 2 && take(&timer) == 0 && interval_timer_left(&timer) == 10);
    pass(10);
    /* Set anew while the signal waits: what then comes is counted. */
    interval_timer_set(&timer, 5, 0, false);
    pass(5);
    assert(sent == 3 && take(&timer) == 1 && !armed);
    interval_timer_end(&timer);
}

/* Nobody wants the signal: the timer goes on, but not so often that nothing else could happen. */
static void unwanted(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_MONOTONIC);

    ignored = true;
    interval_timer_set(&timer, 1, 1, false);
    pass(1);
    assert(sent == 1 && armed && armed->deadline - monotonic >= 1000000);
    interval_timer_end(&timer);
    assert(!armed);
    ignored = false;
}

static void silent(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_MONOTONIC);

    timer.signal = 0;
    interval_timer_set(&timer, 100, 30, false);
    pass(110);
    assert(sent == 0 && interval_timer_left(&timer) == 20);
    interval_timer_end(&timer);
}

/* Processor time stands still while the machine's goes on. */
static void slow_clock(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_PROCESS_CPUTIME);

    interval_timer_set(&timer, 100, 0, false);
    processor -= 60;
    pass(100);
    assert(sent == 0 && armed && armed->deadline == monotonic + 60);
    pass(60);
    assert(sent == 1 && take(&timer) == 0);
    interval_timer_end(&timer);
}

static void clock_is_set(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_REALTIME);

    interval_timer_set(&timer, realtime + 1000, 0, true);
    realtime += 900;
    interval_timers_clock_set();
    assert(armed && armed->deadline == monotonic + 100);
    realtime -= 500; /* and back: it comes later */
    interval_timers_clock_set();
    assert(armed->deadline == monotonic + 600);
    pass(600);
    assert(sent == 1 && take(&timer) == 0);
    interval_timer_set(&timer, 1000, 0, false); /* a length: setting the clock changes nothing */
    realtime += 5000;
    interval_timers_clock_set();
    assert(armed->deadline == monotonic + 1000);
    interval_timer_end(&timer);
}

static void for_ever(void)
{
    struct interval_timer timer = timer_on(LINUX_CLOCK_MONOTONIC);

    interval_timer_set(&timer, UINT64_MAX, UINT64_MAX, false);
    pass(1000000);
    assert(sent == 0 && armed->deadline == UINT64_MAX);
    interval_timer_set(&timer, 1, UINT64_MAX, false);
    pass(1);
    assert(sent == 1 && take(&timer) == 0);
    pass(1000000);
    assert(sent == 1 && armed->deadline == UINT64_MAX);
    interval_timer_end(&timer);
}

int main(void)
{
    once();
    missed();
    unwanted();
    silent();
    slow_clock();
    clock_is_set();
    for_ever();
    puts("interval-timer: ok");
    return 0;
}
