#include "cases.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

static int64_t now(int clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static struct timespec split(int64_t time)
{
    return (struct timespec){time / 1000000000, time % 1000000000};
}

void timers(void)
{
    struct itimerspec set = {.it_value = {0, 20000000}}, got;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), real = timerfd_create(CLOCK_REALTIME, 0);
    struct pollfd one = {fd, POLLIN, 0};
    uint64_t count = 0;
    int64_t before;

    SHOW(timerfd_gettime(fd, &got));
    SHOW(got.it_value.tv_sec + got.it_value.tv_nsec);
    SHOW(read(fd, &count, sizeof count));
    before = now(CLOCK_MONOTONIC);
    SHOW(timerfd_settime(fd, 0, &set, NULL));
    SHOW(timerfd_gettime(fd, &got));
    SHOW(got.it_value.tv_sec == 0 && got.it_value.tv_nsec > 0 && got.it_value.tv_nsec <= 20000000);
    SHOW(poll(&one, 1, 0));
    SHOW(poll(&one, 1, -1));
    SHOW(one.revents);
    SHOW(now(CLOCK_MONOTONIC) - before >= 20000000);
    SHOW(read(fd, &count, 7));
    SHOW(read(fd, &count, sizeof count));
    SHOW(count);
    SHOW(read(fd, &count, sizeof count));
    /* An interval: what nobody reads is counted. */
    set = (struct itimerspec){.it_interval = {0, 1000000}, .it_value = {0, 1000000}};
    SHOW(timerfd_settime(fd, 0, &set, &got));
    SHOW(got.it_value.tv_sec + got.it_value.tv_nsec + got.it_interval.tv_nsec);
    before = now(CLOCK_MONOTONIC);
    while (now(CLOCK_MONOTONIC) - before < 5000000)
        poll(NULL, 0, 1);
    SHOW(read(fd, &count, sizeof count));
    SHOW(count >= 4);
    SHOW(timerfd_gettime(fd, &got));
    SHOW(got.it_interval.tv_nsec);
    set = (struct itimerspec){0};
    SHOW(timerfd_settime(fd, 0, &set, NULL));
    SHOW(poll(&one, 1, 5));
    /* At a moment of the time of day; the read waits. */
    set.it_value = split(now(CLOCK_REALTIME) + 10000000);
    SHOW(timerfd_settime(real, TFD_TIMER_ABSTIME, &set, NULL));
    SHOW(read(real, &count, sizeof count));
    SHOW(count);
    SHOW(now(CLOCK_REALTIME) >= set.it_value.tv_sec * 1000000000ll + set.it_value.tv_nsec);
    set.it_value = (struct timespec){1, 0}; /* long ago */
    SHOW(timerfd_settime(real, TFD_TIMER_ABSTIME, &set, NULL));
    SHOW(read(real, &count, sizeof count));
    set.it_value.tv_nsec = 1000000000;
    SHOW(timerfd_settime(fd, 0, &set, NULL));
    SHOW(timerfd_settime(fd, 0x100, &set, NULL));
    SHOW(timerfd_settime(0, 0, &(struct itimerspec){0}, NULL));
    SHOW(timerfd_gettime(99, &got));
    SHOW(timerfd_create(99, 0));
    SHOW(write(fd, &count, sizeof count));
    SHOW(close(fd));
    SHOW(close(real));
}
