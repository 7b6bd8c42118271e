#include "cases.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

static struct epoll_event events[64];

static void list(long count)
{
    for (long i = 0; i < count; i++)
        printf("    %x %lu\n", events[i].events, (unsigned long)events[i].data.u64);
}

#define WAIT(fd, most, timeout) list(SHOW(epoll_wait(fd, events, most, timeout)))

static int control(int epoll, int operation, int fd, unsigned asked, unsigned long data)
{
    struct epoll_event event = {.events = asked, .data.u64 = data};

    return epoll_ctl(epoll, operation, fd, &event);
}

void epolls(void)
{
    struct itimerspec soon = {.it_value = {0, 10000000}};
    int epoll = epoll_create1(EPOLL_CLOEXEC), pair[2], timer = timerfd_create(CLOCK_MONOTONIC, 0), many[50];
    uint64_t one = 1;
    char byte;

    SHOW(pipe(pair));
    SHOW(fcntl(epoll, F_GETFD));
    WAIT(epoll, 10, 0);
    SHOW(control(epoll, EPOLL_CTL_ADD, pair[0], EPOLLIN, 1));
    SHOW(control(epoll, EPOLL_CTL_ADD, pair[0], EPOLLIN, 1));
    SHOW(control(epoll, EPOLL_CTL_ADD, pair[1], EPOLLOUT, 2));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, -1);
    SHOW(write(pair[1], "ab", 2));
    WAIT(epoll, 10, -1);
    WAIT(epoll, 1, -1);
    WAIT(epoll, 1, -1);
    WAIT(epoll, 1, -1);
    SHOW(control(epoll, EPOLL_CTL_DEL, pair[1], 0, 0));
    SHOW(control(epoll, EPOLL_CTL_DEL, pair[1], 0, 0));
    SHOW(control(epoll, EPOLL_CTL_MOD, pair[1], 0, 0));
    SHOW(control(epoll, EPOLL_CTL_MOD, pair[0], EPOLLIN | EPOLLRDNORM, 77));
    WAIT(epoll, 10, 10);
    SHOW(read(pair[0], &byte, 1));
    SHOW(read(pair[0], &byte, 1));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 3);
    SHOW(control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN, 5));
    timerfd_settime(timer, 0, &soon, NULL);
    WAIT(epoll, 10, -1);
    SHOW(read(timer, &one, sizeof one));
    SHOW(close(pair[1]));
    WAIT(epoll, 10, -1);
    SHOW(control(epoll, EPOLL_CTL_MOD, pair[0], 0, 78));
    WAIT(epoll, 10, -1);
    SHOW(close(pair[0]));
    WAIT(epoll, 10, 0);
    /* Everybody has a turn. */
    for (int i = 0; i < 50; i++) {
        many[i] = eventfd(1, 0);
        control(epoll, EPOLL_CTL_ADD, many[i], EPOLLIN, (unsigned long)i);
    }
    for (int i = 0, sum = 0; i < 5; i++) {
        long count = epoll_wait(epoll, events, 10, 0);

        for (long n = 0; n < count; n++)
            sum += (int)events[n].data.u64;
        if (i == 4)
            SHOW(sum);
    }
    for (int i = 0; i < 50; i++)
        if (i % 2)
            read(many[i], &one, sizeof one);
    SHOW(epoll_wait(epoll, events, 64, -1));
    for (int i = 0; i < 50; i++)
        close(many[i]);
    SHOW(epoll_wait(epoll, events, 64, 0));
    SHOW(epoll_wait(epoll, events, 0, 0));
    SHOW(epoll_wait(epoll, events, -1, 0));
    SHOW(epoll_wait(0, events, 1, 0));
    SHOW(epoll_wait(99, events, 1, 0));
    SHOW(control(epoll, 9, timer, EPOLLIN, 5));
    SHOW(control(epoll, EPOLL_CTL_ADD, 99, EPOLLIN, 5));
    SHOW(control(99, EPOLL_CTL_ADD, timer, EPOLLIN, 5));
    SHOW(control(timer, EPOLL_CTL_ADD, epoll, EPOLLIN, 5));
    SHOW(epoll_create1(1));
    SHOW(close(timer));
    SHOW(close(epoll));
}

void edges(void)
{
    int epoll = epoll_create(1), pair[2];
    char bytes[5000] = {0};

    SHOW(pipe2(pair, O_NONBLOCK));
    SHOW(control(epoll, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLOUT | EPOLLET, 1));
    SHOW(control(epoll, EPOLL_CTL_ADD, pair[1], EPOLLIN | EPOLLOUT | EPOLLET, 2));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 0);
    SHOW(write(pair[1], "ab", 2));
    WAIT(epoll, 1, 0);
    SHOW(read(pair[0], bytes, 1));
    SHOW(epoll_wait(epoll, events, 0, 0));
    SHOW(write(pair[1], "c", 1));
    SHOW(epoll_wait(epoll, events, 10, 0) >= 1);
    SHOW(control(epoll, EPOLL_CTL_DEL, pair[0], 0, 0));
    while (write(pair[1], bytes, 4096) > 0)
        ;
    while (write(pair[1], bytes, 1) > 0)
        ;
    while (epoll_wait(epoll, events, 10, 0) > 0)
        ;
    for (int i = 0; i < 2; i++)
        read(pair[0], bytes, 4096);
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 0);
    SHOW(control(epoll, EPOLL_CTL_MOD, pair[1], EPOLLOUT | EPOLLET, 3));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 0);
    SHOW(close(pair[0]));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 0);
    SHOW(close(pair[1]));
    SHOW(close(epoll));
}

void one_shots(void)
{
    int epoll = epoll_create(1), fd = eventfd(1, EFD_NONBLOCK);
    uint64_t one = 1;

    SHOW(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT, 1));
    WAIT(epoll, 10, 0);
    WAIT(epoll, 10, 0);
    SHOW(write(fd, &one, sizeof one));
    WAIT(epoll, 10, 0);
    SHOW(control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT | EPOLLET, 2));
    WAIT(epoll, 10, 0);
    SHOW(control(epoll, EPOLL_CTL_DEL, fd, 0, 0));
    SHOW(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 3));
    WAIT(epoll, 10, 0);
    SHOW(control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 3));
    SHOW(control(epoll, EPOLL_CTL_DEL, fd, 0, 0));
    SHOW(control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 3));
    SHOW(close(fd));
    SHOW(close(epoll));
}
