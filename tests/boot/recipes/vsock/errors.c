/*
 * What calls answer, as Linux's do: a line each.
 */
#include "vsock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

static void say(const char *what, long result)
{
    if (result < 0)
        printf("%s: error %d\n", what, errno);
    else
        printf("%s: %ld\n", what, result);
}

/* A new descriptor is told as 0: its number says nothing. */
static int made(const char *what, int fd)
{
    say(what, fd < 0 ? fd : 0);
    return fd;
}

static struct sockaddr *name(unsigned cid, unsigned port)
{
    static struct sockaddr_vm name;

    name = (struct sockaddr_vm){.family = AF_VSOCK, .cid = cid, .port = port};
    return (struct sockaddr *)&name;
}

#define SIZE sizeof(struct sockaddr_vm)

static void options(int fd)
{
    unsigned long long size = 0;
    struct timeval time;
    socklen_t length = sizeof(size);

    getsockopt(fd, AF_VSOCK, 0, &size, &length);
    printf("buffer %llu\n", size);
    size = 65536;
    say("set buffer", setsockopt(fd, AF_VSOCK, 0, &size, sizeof(size)));
    getsockopt(fd, AF_VSOCK, 0, &size, &length);
    printf("buffer %llu\n", size);
    size = 1 << 20;
    setsockopt(fd, AF_VSOCK, 0, &size, sizeof(size));
    getsockopt(fd, AF_VSOCK, 0, &size, &length);
    printf("buffer %llu\n", size);
    say("set buffer, short", setsockopt(fd, AF_VSOCK, 0, &size, 4));
    length = sizeof(time);
    getsockopt(fd, AF_VSOCK, 6, &time, &length);
    printf("patience %ld.%06ld\n", (long)time.tv_sec, (long)time.tv_usec);
    time = (struct timeval){0, 0};
    say("set patience, none", setsockopt(fd, AF_VSOCK, 6, &time, sizeof(time)));
    say("unknown option", setsockopt(fd, AF_VSOCK, 99, &size, sizeof(size)));
}

int errors(void)
{
    struct sockaddr_vm own;
    socklen_t length = SIZE;
    char byte = 0;
    int fd, other;
    struct pollfd poller;

    made("datagrams", socket(AF_VSOCK, SOCK_DGRAM, 0));
    made("raw", socket(AF_VSOCK, SOCK_RAW, 0));
    made("protocol", socket(AF_VSOCK, SOCK_STREAM, 1));
    fd = made("stream", socket(AF_VSOCK, SOCK_STREAM, 0));
    say("listen, no port", listen(fd, 1));
    say("accept, not listening", accept(fd, NULL, NULL));
    say("send, not connected", send(fd, &byte, 1, MSG_NOSIGNAL));
    say("receive, not connected", recv(fd, &byte, 1, 0));
    say("shutdown, not connected", shutdown(fd, SHUT_WR));
    say("peer, not connected", getpeername(fd, (struct sockaddr *)&own, &length));
    poller = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
    poll(&poller, 1, 0);
    printf("poll, new: %#x\n", (unsigned)poller.revents);
    getsockname(fd, (struct sockaddr *)&own, &length);
    printf("own name: %u %u, %u bytes\n", own.cid, own.port, (unsigned)length);
    options(fd);
    say("bind, foreign", bind(fd, name(77, 5000), SIZE));
    say("bind, short", bind(fd, name(CID_ANY, 5000), SIZE - 1));
    say("bind", bind(fd, name(CID_ANY, 5000), SIZE));
    say("bind again", bind(fd, name(CID_ANY, 5001), SIZE));
    other = made("another", socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0));
    say("bind, in use", bind(other, name(CID_ANY, 5000), SIZE));
    say("bind, any port", bind(other, name(CID_ANY, PORT_ANY), SIZE));
    getsockname(other, (struct sockaddr *)&own, &length);
    printf("a port of its own: %d\n", own.port > 1023 && own.port != PORT_ANY);
    say("listen", listen(other, 1));
    say("accept, nobody", accept(other, NULL, NULL));
    say("connect, listening", connect(other, name(CID_HOST, 9), SIZE));
    say("receive, listening", recv(other, &byte, 1, 0));
    close(other);
    say("connect, family", connect(fd, (struct sockaddr *)&(struct sockaddr_vm){.family = AF_INET}, SIZE));
    say("connect, nobody there", connect(fd, name(CID_HOST, 9), SIZE));
    say("listen after that", listen(fd, 1));
    close(fd);
    fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
    say("connect, without waiting", connect(fd, name(CID_HOST, 9), SIZE));
    say("connect again", connect(fd, name(CID_HOST, 9), SIZE));
    poller = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
    poll(&poller, 1, -1);
    printf("poll, refused: error %d\n", !!(poller.revents & POLLERR));
    length = sizeof(int);
    int error = 0;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    printf("its error: %d\n", error);
    close(fd);
    return 0;
}
