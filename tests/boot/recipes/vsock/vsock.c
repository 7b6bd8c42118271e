/*
 * vsock errors               what calls answer
 * vsock swap BYTES           sends a pattern to port 1000 of the host, and checks what comes from there
 * vsock deaf                 sends to port 1000, where nobody reads, as much as can be sent; waits for the
 * end vsock serve                takes connections at port 5000; says what each sends, and how it ends vsock
 * packets              messages to and from port 1000
 */
#include "vsock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BLOCK 60000

static char out[BLOCK], in[BLOCK];

static void fail(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static int connected(int type, int small)
{
    struct sockaddr_vm name = {.family = AF_VSOCK, .cid = CID_HOST, .port = 1000};
    int fd = socket(AF_VSOCK, type, 0);
    unsigned long long buffer = 4096;

    if (fd < 0)
        fail("socket");
    if (small)
        setsockopt(fd, AF_VSOCK, 0, &buffer, sizeof(buffer));
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)))
        fail("connect");
    return fd;
}

/* Byte `at` of the pattern that both sides know. */
static char pattern(uint64_t at)
{
    return (char)((at * 2654435761u) >> 16);
}

static int swap(uint64_t bytes)
{
    int fd = connected(SOCK_STREAM, 0);
    uint64_t sent = 0, received = 0;

    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (sent < bytes || received < bytes) {
        struct pollfd poller = {
            .fd = fd, .events = (short)((received < bytes ? POLLIN : 0) | (sent < bytes ? POLLOUT : 0))};
        ssize_t count;

        poll(&poller, 1, -1);
        if (poller.revents & POLLOUT && sent < bytes) {
            uint64_t size = bytes - sent < BLOCK ? bytes - sent : BLOCK;

            for (uint64_t i = 0; i < size; i++)
                out[i] = pattern(sent + i);
            count = send(fd, out, size, 0);
            if (count < 0 && errno != EAGAIN)
                fail("send");
            sent += count > 0 ? (uint64_t)count : 0;
            if (sent == bytes)
                shutdown(fd, SHUT_WR);
        }
        if (poller.revents & POLLIN) {
            count = recv(fd, in, BLOCK, 0);
            if (count < 0 && errno != EAGAIN)
                fail("receive");
            if (count == 0)
                break;
            for (ssize_t i = 0; i < count; i++)
                if (in[i] != pattern(received + (uint64_t)i)) {
                    printf("byte %llu is wrong\n", (unsigned long long)(received + (uint64_t)i));
                    return 1;
                }
            received += count > 0 ? (uint64_t)count : 0;
        }
    }
    printf("sent %llu, received %llu, then %zd\n", (unsigned long long)sent, (unsigned long long)received,
           recv(fd, in, 1, MSG_DONTWAIT));
    return 0;
}

static int deaf(void)
{
    int fd = connected(SOCK_STREAM, 1);
    struct timeval patience = {1, 0};
    uint64_t sent = 0;
    ssize_t count;

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    while ((count = send(fd, out, BLOCK, 0)) > 0)
        sent += (uint64_t)count;
    printf("stopped: %s, %s\n", strerror(errno), sent < 4u << 20 ? "bounded" : "without end");
    printf("goes on\n");
    fflush(stdout);
    count = recv(fd, in, BLOCK, 0);
    printf("end: %s\n", count < 0 ? strerror(errno) : count > 0 ? "data" : "nothing more");
    count = send(fd, out, 1, MSG_NOSIGNAL);
    printf("then: %s\n", count < 0 ? strerror(errno) : "sent");
    return 0;
}

static int serve(void)
{
    struct sockaddr_vm name = {.family = AF_VSOCK, .cid = CID_ANY, .port = 5000};
    int listener = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0), queue = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = listener};

    if (bind(listener, (struct sockaddr *)&name, sizeof(name)) || listen(listener, 8))
        fail("listen");
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    printf("listening\n");
    fflush(stdout);
    for (;;) {
        ssize_t count;

        epoll_wait(queue, &event, 1, -1);
        if (event.data.fd == listener) {
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

            if (fd < 0)
                continue;
            event = (struct epoll_event){.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
            epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
            /* The listener is told of edges: what else has come is looked for at once. */
            event = (struct epoll_event){.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = listener};
            epoll_ctl(queue, EPOLL_CTL_MOD, listener, &event);
            continue;
        }
        while ((count = recv(event.data.fd, in, BLOCK, 0)) > 0) {
            if (count == 4 && memcmp(in, "quit", 4) == 0)
                return 0;
            printf("got %zd: %.*s\n", count, count < 20 ? (int)count : 20, in);
            if (send(event.data.fd, "thanks", 6, MSG_NOSIGNAL) < 0)
                printf("send: %s\n", strerror(errno));
        }
        if (count == 0 || errno != EAGAIN) {
            printf("ended: %s\n", count == 0 ? "end of data" : strerror(errno));
            close(event.data.fd);
        }
        fflush(stdout);
    }
}

static int packets(void)
{
    int fd = connected(SOCK_SEQPACKET, 0);
    struct iovec piece = {in, 4};
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t count;

    for (unsigned i = 0; i < BLOCK; i++)
        out[i] = pattern(i);
    printf("sent %zd", send(fd, out, 3, 0));
    printf(" %zd\n", send(fd, out, 20000, 0));
    count = recv(fd, in, BLOCK, 0);
    printf("received %zd: %d\n", count, memcmp(in, out, count > 0 ? (size_t)count : 0));
    count = recvmsg(fd, &header, 0);
    printf("received %zd, cut: %d\n", count, !!(header.msg_flags & MSG_TRUNC));
    count = recv(fd, in, BLOCK, 0);
    printf("received %zd: %d\n", count, memcmp(in, out, count > 0 ? (size_t)count : 0));
    printf("end: %zd\n", recv(fd, in, BLOCK, 0));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "errors") == 0)
        return errors();
    if (strcmp(what, "swap") == 0 && argc > 2)
        return swap(strtoull(argv[2], NULL, 0));
    if (strcmp(what, "deaf") == 0)
        return deaf();
    if (strcmp(what, "serve") == 0)
        return serve();
    if (strcmp(what, "packets") == 0)
        return packets();
    return 2;
}
