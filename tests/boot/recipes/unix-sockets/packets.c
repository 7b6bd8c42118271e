#include "cases.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static char bytes[70000], back[70000];

static int events(int fd)
{
    struct pollfd one = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};

    poll(&one, 1, 0);
    return one.revents;
}

static long receive(int fd, size_t size, int flags)
{
    struct iovec piece = {back, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    long got = recvmsg(fd, &message, flags);

    printf("    flags %x\n", (unsigned)message.msg_flags);
    return got;
}

void packets(void)
{
    int pair[2], waiting;

    SHOW(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair));
    SHOW(events(pair[0]));
    SHOW(read(pair[0], back, 10));
    SHOW(write(pair[1], bytes, 100));
    SHOW(write(pair[1], bytes, 0));
    SHOW(write(pair[1], bytes, 60000));
    SHOW(ioctl(pair[0], FIONREAD, &waiting));
    SHOW(waiting);
    SHOW(receive(pair[0], 50, MSG_PEEK));
    SHOW(receive(pair[0], 50, MSG_PEEK | MSG_TRUNC));
    SHOW(receive(pair[0], 50, 0));
    SHOW(receive(pair[0], 50, 0));
    SHOW(receive(pair[0], 70000, 0));
    SHOW(receive(pair[0], 50, 0));
    SHOW(events(pair[0]));
    SHOW(close(pair[1]));
    SHOW(events(pair[0]));
    SHOW(read(pair[0], back, 10));
    SHOW(write(pair[0], back, 10));
    SHOW(write(pair[0], back, 10));
    SHOW(close(pair[0]));
}

void sequences(void)
{
    int pair[2];

    SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair));
    SHOW(write(pair[1], bytes, 100));
    SHOW(write(pair[1], bytes, 200));
    SHOW(receive(pair[0], 50, 0));
    SHOW(receive(pair[0], 500, 0));
    SHOW(receive(pair[0], 500, 0));
    SHOW(write(pair[1], bytes, 10));
    SHOW(close(pair[1]));
    SHOW(events(pair[0]));
    SHOW(read(pair[0], back, 50));
    SHOW(read(pair[0], back, 50));
    SHOW(write(pair[0], back, 50));
    SHOW(close(pair[0]));
}
