#include "cases.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static struct epoll_event events[8];

static int add(int epoll, int fd, unsigned asked)
{
    struct epoll_event event = {.events = asked, .data.fd = fd};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void nesting(void)
{
    int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK), row[7];
    struct pollfd one = {outer, POLLIN, 0};
    uint64_t value = 1;

    SHOW(add(inner, fd, EPOLLIN));
    SHOW(add(outer, inner, EPOLLIN));
    SHOW(epoll_wait(outer, events, 8, 0));
    SHOW(poll(&one, 1, 0));
    SHOW(write(fd, &value, sizeof value));
    SHOW(poll(&one, 1, 100));
    SHOW(epoll_wait(outer, events, 8, -1));
    SHOW(events[0].data.fd == inner);
    SHOW(epoll_wait(inner, events, 8, 0));
    SHOW(epoll_wait(outer, events, 8, 0));
    SHOW(read(fd, &value, sizeof value));
    SHOW(epoll_wait(outer, events, 8, 0));
    SHOW(poll(&one, 1, 0));
    SHOW(add(inner, outer, EPOLLIN));
    SHOW(add(inner, inner, EPOLLIN));
    SHOW(add(outer, fd, EPOLLIN));
    SHOW(close(inner));
    SHOW(epoll_wait(outer, events, 8, 0));
    SHOW(close(outer));
    for (int i = 0; i < 7; i++)
        row[i] = epoll_create1(0);
    for (int i = 0; i < 4; i++)
        SHOW(add(row[i], row[i + 1], EPOLLIN));
    SHOW(add(row[4], row[0], EPOLLIN));
    SHOW(add(row[4], fd, EPOLLIN));
    SHOW(write(fd, &value, sizeof value));
    SHOW(epoll_wait(row[0], events, 8, 0));
    for (int i = 0; i < 7; i++)
        close(row[i]);
    SHOW(close(fd));
}

/* What is watched goes, or only one of its descriptors. */
void closing(void)
{
    int epoll = epoll_create1(0), pair[2], copy;
    char byte;

    SHOW(pipe(pair));
    SHOW(add(epoll, pair[0], EPOLLIN));
    copy = dup(pair[0]);
    SHOW(write(pair[1], "a", 1));
    SHOW(close(pair[0]));
    SHOW(epoll_wait(epoll, events, 8, 0));
    SHOW(events[0].data.fd == pair[0]);
    SHOW(add(epoll, pair[0], EPOLLIN));
    SHOW(add(epoll, copy, EPOLLIN | EPOLLET));
    SHOW(epoll_wait(epoll, events, 8, 0));
    SHOW(epoll_wait(epoll, events, 8, 0));
    SHOW(read(copy, &byte, 1));
    SHOW(epoll_wait(epoll, events, 8, 0));
    SHOW(write(pair[1], "a", 1));
    SHOW(close(copy));
    SHOW(epoll_wait(epoll, events, 8, 0));
    SHOW(close(pair[1]));
    SHOW(add(epoll, 1, EPOLLIN) == 0 || errno == EPERM); /* a terminal, or a file */
    SHOW(close(epoll));
}
