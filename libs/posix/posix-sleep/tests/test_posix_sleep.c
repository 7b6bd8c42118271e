/* Clocks and sleeps on a fake clock that ticks when it is read. */
// sources: ../../posix-time/now.c
#include <assert.h>
#include <errno.h>
#include <linux_time.h>
#include <stdint.h>
#include <stdio.h>

long sys_clock_getres(long clock, long resolution);
long sys_clock_gettime(long clock, long time);
long sys_clock_nanosleep(long clock, long flags, long request, long remaining);
long sys_gettimeofday(long time, long zone);
long sys_nanosleep(long request, long remaining);
long sys_time(long seconds);

#define BIRTH (1700000000ull * NANOSECONDS)

static uint64_t since_boot;

uint64_t clock_monotonic(void)
{
    return since_boot += 10;
}

uint64_t clock_realtime(void)
{
    return BIRTH + clock_monotonic();
}

/* A sleep that something interrupts at `interruption`. */
static uint64_t interruption = UINT64_MAX;

int sleep_until(uint64_t deadline)
{
    while (clock_monotonic() < deadline)
        if (since_boot >= interruption)
            return -EINTR;
    return 0;
}

static long sleep_for(long clock, long flags, int64_t seconds, int64_t nanoseconds)
{
    struct linux_timespec time = {seconds, nanoseconds};

    return sys_clock_nanosleep(clock, flags, (long)&time, 0);
}

int main(void)
{
    struct linux_timespec time;
    struct linux_timeval value;
    struct linux_timezone zone = {1, 1};
    int64_t seconds;

    since_boot = 3 * NANOSECONDS + 5;
    assert(sys_clock_gettime(LINUX_CLOCK_MONOTONIC, (long)&time) == 0 && time.seconds == 3 &&
           time.nanoseconds == 15);
    assert(sys_clock_gettime(LINUX_CLOCK_REALTIME, (long)&time) == 0 && time.seconds == 1700000003);
    assert(time.nanoseconds == 25);
    assert(sys_clock_gettime(LINUX_CLOCK_PROCESS_CPUTIME, (long)&time) == 0 && time.seconds == 3);
    assert(sys_clock_gettime(8, (long)&time) == -EINVAL && sys_clock_gettime(-1, (long)&time) == -EINVAL);
    assert(sys_clock_getres(LINUX_CLOCK_TAI, (long)&time) == 0 && time.seconds == 0 && time.nanoseconds == 1);
    assert(sys_clock_getres(LINUX_CLOCK_BOOTTIME, 0) == 0 && sys_clock_getres(10, 0) == -EINVAL);

    since_boot = 2 * NANOSECONDS + 999999990;
    assert(sys_gettimeofday((long)&value, (long)&zone) == 0 && value.seconds == 1700000003);
    assert(value.microseconds == 0 && zone.minutes_west == 0 && sys_gettimeofday(0, 0) == 0);
    assert(sys_time((long)&seconds) == 1700000003 && seconds == 1700000003 && sys_time(0) == seconds);

    since_boot = 0;
    time = (struct linux_timespec){1, 500};
    assert(sys_nanosleep((long)&time, 0) == 0 && since_boot >= NANOSECONDS + 500 &&
           since_boot < NANOSECONDS + 600);
    assert(sleep_for(LINUX_CLOCK_MONOTONIC, LINUX_TIMER_ABSTIME, 1, 1000) == 0);
    assert(since_boot >= NANOSECONDS + 1000 && since_boot < NANOSECONDS + 1100);
    assert(sleep_for(LINUX_CLOCK_REALTIME, LINUX_TIMER_ABSTIME, 1, 0) == 0 &&
           since_boot < NANOSECONDS + 1200);
    assert(sleep_for(LINUX_CLOCK_MONOTONIC, 0, -1, 0) == -EINVAL && sleep_for(9, 0, 0, 0) == -EINVAL);
    assert(sleep_for(LINUX_CLOCK_MONOTONIC, 0, 0, NANOSECONDS) == -EINVAL);

    struct linux_timespec rest = {-1, -1};
    since_boot = 0;
    interruption = 3 * NANOSECONDS;
    time = (struct linux_timespec){5, 0};
    assert(sys_nanosleep((long)&time, (long)&rest) == -EINTR && rest.seconds == 2 && rest.nanoseconds < 100);
    rest.seconds = -1;
    since_boot = 0;
    assert(sys_clock_nanosleep(LINUX_CLOCK_MONOTONIC, LINUX_TIMER_ABSTIME, (long)&time, (long)&rest) ==
           -EINTR);
    assert(rest.seconds == -1);
    since_boot = 0;
    assert(sys_nanosleep((long)&time, (long)&time) == -EINTR && time.seconds == 2);

    time = (struct linux_timespec){INT64_MAX, 999999999};
    assert(linux_timespec_nanoseconds(&time) == UINT64_MAX);
    time = (struct linux_timespec){18446744072, 999999999};
    assert(linux_timespec_nanoseconds(&time) == 18446744072999999999ull);
    puts("posix-time: ok");
    return 0;
}
