#include "cases.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <time.h>

static char byte;

void polls(void)
{
    struct itimerspec soon = {.it_value = {0, 10000000}};
    struct pollfd fds[20];
    int pair[2], timer = timerfd_create(CLOCK_MONOTONIC, 0);
    sigset_t all;

    SHOW(pipe(pair));
    fds[0] = (struct pollfd){pair[0], POLLIN, 0};
    fds[1] = (struct pollfd){pair[1], POLLOUT, 0};
    fds[2] = (struct pollfd){-1, POLLIN, 9};
    fds[3] = (struct pollfd){99, POLLIN, 0};
    SHOW(poll(fds, 1, 0));
    SHOW(poll(fds, 4, 1000));
    printf("  %d %d %d %d\n", fds[0].revents, fds[1].revents, fds[2].revents, fds[3].revents);
    SHOW(poll(fds, 1, 3));
    SHOW(write(pair[1], "ab", 2));
    fds[0].events = POLLIN | POLLRDNORM | POLLPRI | POLLOUT;
    SHOW(poll(fds, 1, -1));
    SHOW(fds[0].revents);
    SHOW(read(pair[0], &byte, 1));
    SHOW(poll(fds, 1, 0));
    SHOW(read(pair[0], &byte, 1));
    SHOW(poll(fds, 1, 0));
    /* More than a few, of which the last becomes ready. */
    for (int i = 0; i < 19; i++)
        fds[i] = (struct pollfd){pair[0], POLLIN, 0};
    fds[19] = (struct pollfd){timer, POLLIN, 0};
    timerfd_settime(timer, 0, &soon, NULL);
    SHOW(poll(fds, 20, -1));
    SHOW(fds[19].revents);
    timerfd_settime(timer, 0, &soon, NULL);
    sigfillset(&all);
    SHOW(ppoll(fds, 20, &(struct timespec){5, 0}, &all));
    SHOW(ppoll(fds, 1, &(struct timespec){0, 1000000}, NULL));
    SHOW(ppoll(fds, 1, &(struct timespec){0, 1000000000}, NULL));
    SHOW(close(pair[1]));
    SHOW(poll(fds, 1, -1));
    SHOW(fds[0].revents);
    SHOW(close(pair[0]));
    SHOW(pipe(pair));
    SHOW(close(pair[0]));
    fds[0] = (struct pollfd){pair[1], POLLOUT, 0};
    SHOW(poll(fds, 1, -1));
    SHOW(fds[0].revents);
    SHOW(close(pair[1]));
    SHOW(close(timer));
    SHOW(poll(NULL, 0, 2));
}

void selects(void)
{
    struct itimerspec soon = {.it_value = {0, 10000000}};
    int pair[2], timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct timeval none = {0, 0}, some = {0, 2000};
    fd_set in, out, bad;

    SHOW(pipe(pair));
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&bad);
    FD_SET(pair[0], &in), FD_SET(pair[1], &out), FD_SET(pair[0], &bad);
    SHOW(select(pair[1] + 1, &in, &out, &bad, &none));
    printf("  %d %d %d\n", FD_ISSET(pair[0], &in) != 0, FD_ISSET(pair[1], &out) != 0,
           FD_ISSET(pair[0], &bad) != 0);
    FD_SET(pair[0], &in);
    SHOW(select(pair[0] + 1, &in, NULL, NULL, &some));
    SHOW(write(pair[1], "a", 1));
    FD_SET(pair[0], &in), FD_SET(pair[1], &out);
    SHOW(select(pair[1] + 1, &in, &out, NULL, NULL));
    SHOW(read(pair[0], &byte, 1));
    FD_ZERO(&in);
    FD_SET(pair[0], &in), FD_SET(timer, &in);
    timerfd_settime(timer, 0, &soon, NULL);
    SHOW(pselect(20, &in, NULL, NULL, NULL, NULL));
    printf("  %d %d\n", FD_ISSET(pair[0], &in) != 0, FD_ISSET(timer, &in) != 0);
    FD_SET(77, &in);
    SHOW(select(78, &in, NULL, NULL, &none));
    SHOW(select(-1, &in, NULL, NULL, &none));
    SHOW(close(pair[1]));
    FD_ZERO(&in);
    FD_SET(pair[0], &in);
    SHOW(select(20, &in, NULL, NULL, NULL));
    SHOW(close(pair[0]));
    SHOW(close(timer));
}
