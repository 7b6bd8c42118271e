#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    struct itimerspec soon = {.it_value = {0, 20000000}};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 0};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0), epoll = epoll_create1(0);
    struct pollfd one = {0, POLLIN, 0};
    uint64_t count;
    char bytes[100];
    long n;

    timerfd_settime(timer, 0, &soon, NULL);
    if (read(timer, &count, sizeof count) == sizeof count)
        printf("ticked\n");
    fcntl(0, F_SETFL, O_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
    for (int round = 0;; round++) {
        if (round % 2 == 0 ? poll(&one, 1, -1) != 1 : epoll_wait(epoll, &event, 1, -1) != 1)
            return 1;
        n = read(0, bytes, sizeof bytes);
        if (n < 0)
            return 2;
        if (n == 0)
            break;
        fwrite(bytes, 1, (size_t)n, stdout);
    }
    printf("end\n");
    return 0;
}
