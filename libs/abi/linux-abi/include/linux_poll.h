/* Waiting for descriptors: Linux's include/uapi/asm-generic/poll.h, linux/eventpoll.h and
 * linux/posix_types.h. The bits of events are those of readiness.h. */
#pragma once

#include <stdint.h>

struct linux_pollfd {
    int32_t fd;
    int16_t events;
    int16_t returned;
};

#define LINUX_POLLNVAL 0x20

/* fd_set: one bit a descriptor. */
#define LINUX_FD_SETSIZE 1024
#define LINUX_FD_SET_BITS (8 * sizeof(unsigned long))

#define LINUX_EPOLL_CTL_ADD 1
#define LINUX_EPOLL_CTL_DEL 2
#define LINUX_EPOLL_CTL_MOD 3

/* What is asked for beside events. */
#define LINUX_EPOLLEXCLUSIVE (1u << 28)
#define LINUX_EPOLLWAKEUP (1u << 29)
#define LINUX_EPOLLONESHOT (1u << 30)
#define LINUX_EPOLLET (1u << 31)
