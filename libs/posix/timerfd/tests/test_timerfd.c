// sources: ../../readiness/readiness.c ../../../sched/ktimer/ktimer.c
// sources: ../../fd-table/fd_table.c ../../fd-table/control.c ../../fd-table/transfer.c
/* Timers by a clock that goes as the test wants, and a time of day that is set. */
#include "../../../memory/heap/tests/fake_memory.h"

#include <errno.h>
#include <fd_table.h>
#include <ktimer.h>
#include <linux_time.h>
#include <timerfd.h>
#include <wait_queue.h>

#define ABSOLUTE 1
#define CANCEL_ON_SET 2

long sys_close(long fd);
long sys_read(long fd, void *buffer, long size);
long sys_timerfd_create(long clock, long flags);
long sys_timerfd_gettime(long fd, void *value);
long sys_timerfd_settime(long fd, long flags, const void *value, void *old);

const struct open_file_ops fd_console_ops;

static uint64_t now = 1000, ahead = 5000; /* how far the time of day is ahead of the clock */

uint64_t clock_monotonic(void)
{
    return now;
}

uint64_t clock_realtime(void)
{
    return now + ahead;
}

void sched_alarm(uint64_t deadline)
{
    (void)deadline;
}

void linux_stat_store(void *stat, const struct linux_stat_values *values)
{
    (void)stat, (void)values;
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

void wait_poll(void)
{
    ktimer_run(now);
}

/* Time goes on to the next timer. */
int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    if (ktimer_first() == KTIMER_NEVER)
        return -EINTR;
    if (ktimer_first() > now)
        now = ktimer_first();
    ktimer_run(now);
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

struct value {
    struct linux_timespec interval, value;
};

static void set(long fd, long flags, uint64_t value, uint64_t interval)
{
    const struct value new = {{(int64_t)(interval / NANOSECONDS), (int64_t)(interval % NANOSECONDS)},
                              {(int64_t)(value / NANOSECONDS), (int64_t)(value % NANOSECONDS)}};

    assert(sys_timerfd_settime(fd, flags, &new, NULL) == 0);
}

static uint64_t left(long fd)
{
    struct value value;

    assert(sys_timerfd_gettime(fd, &value) == 0);
    return linux_timespec_nanoseconds(&value.value);
}

static long take(long fd)
{
    uint64_t count;
    long size = sys_read(fd, &count, sizeof count);

    return size < 0 ? size : (long)count;
}

static void pass(uint64_t length)
{
    now += length;
    ktimer_run(now);
}

static void relative(void)
{
    long fd = sys_timerfd_create(LINUX_CLOCK_MONOTONIC, 04000);

    assert(take(fd) == -EAGAIN && left(fd) == 0);
    set(fd, 0, 100, 0);
    assert(left(fd) == 100);
    pass(99);
    assert(take(fd) == -EAGAIN && left(fd) == 1);
    pass(1);
    assert(left(fd) == 0 && take(fd) == 1 && take(fd) == -EAGAIN);
    /* What has passed is counted, and the next comes when it would have. */
    set(fd, 0, 100, 30);
    pass(1000);
    assert(take(fd) == 31 && left(fd) == 30 && take(fd) == -EAGAIN);
    pass(29);
    assert(take(fd) == -EAGAIN);
    pass(1);
    assert(take(fd) == 1);
    /* However short the interval: one timer of the kernel a read. */
    set(fd, 0, 1, 1);
    pass(1000000);
    assert(take(fd) == 1000000);
    set(fd, 0, 0, 30); /* disarmed */
    pass(1000);
    assert(take(fd) == -EAGAIN && ktimer_first() == KTIMER_NEVER);
    /* So far away that it does not fit. */
    set(fd, 0, INT64_MAX, INT64_MAX);
    pass(1000);
    assert(take(fd) == -EAGAIN && left(fd) == INT64_MAX - UINT64_C(1000));
    assert(sys_close(fd) == 0 && ktimer_first() == KTIMER_NEVER);
}

static void waiting(void)
{
    long fd = sys_timerfd_create(LINUX_CLOCK_MONOTONIC, 0);
    uint64_t before = now;

    set(fd, ABSOLUTE, now + 500, 0);
    assert(take(fd) == 1 && now == before + 500);
    set(fd, ABSOLUTE, 1, 0);
    assert(take(fd) == 1 && now == before + 500); /* a moment that has passed */
    assert(take(fd) == -EINTR);
    assert(sys_close(fd) == 0);
}

static void dates(void)
{
    long fd = sys_timerfd_create(LINUX_CLOCK_REALTIME, 04000),
         length = sys_timerfd_create(LINUX_CLOCK_REALTIME, 04000);
    long cancelled = sys_timerfd_create(LINUX_CLOCK_REALTIME, 04000);

    set(fd, ABSOLUTE, now + ahead + 1000, 100);
    set(length, 0, 1000, 0);
    set(cancelled, ABSOLUTE | CANCEL_ON_SET, now + ahead + 1000, 0);
    ahead += 400;
    timerfd_clock_set();
    assert(left(fd) == 600 && left(length) == 1000);
    assert(take(cancelled) == -ECANCELED && take(cancelled) == -EAGAIN && left(cancelled) == 600);
    pass(600);
    assert(take(fd) == 1 && left(fd) == 100 && take(length) == -EAGAIN && take(cancelled) == 1);
    ahead -= 50; /* back: the next is the same moment of the time of day */
    timerfd_clock_set();
    assert(left(fd) == 150 && take(cancelled) == -ECANCELED);
    ahead += 10000;
    timerfd_clock_set();
    pass(0);
    assert(take(fd) >= 1);
    pass(400);
    assert(take(length) == 1);
    for (long i = fd; i <= cancelled; i++)
        assert(sys_close(i) == 0);
    assert(ktimer_first() == KTIMER_NEVER);
    timerfd_clock_set();
}

int main(void)
{
    relative();
    waiting();
    dates();
    assert(fake_live == 0);
    return 0;
}
