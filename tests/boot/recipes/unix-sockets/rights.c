#define _GNU_SOURCE
#include "cases.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static char bytes[100];

static long send_files(int to, const int *fds, int count, size_t size)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(300 * sizeof(int))];
    } control;
    struct iovec piece = {bytes, size};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control};

    message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    memset(&control, 0, sizeof control);
    control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    memcpy(CMSG_DATA(&control.header), fds, (size_t)count * sizeof(int));
    return sendmsg(to, &message, 0);
}

static int got[300], got_count;

static long receive_files(int from, size_t size, size_t room, int flags)
{
    static union {
        struct cmsghdr header;
        char space[CMSG_SPACE(300 * sizeof(int))];
    } control;
    struct iovec piece = {bytes, size};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = room};
    long result;

    result = recvmsg(from, &message, flags | MSG_DONTWAIT);
    printf("    %s%s", message.msg_flags & MSG_CTRUNC ? "control truncated " : "",
           message.msg_controllen != 0 ? "" : "no control");
    got_count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); result >= 0 && c; c = CMSG_NXTHDR(&message, c)) {
        printf("level %d type %d length %d", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
        if (c->cmsg_type != SCM_RIGHTS)
            continue;
        got_count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(got, CMSG_DATA(c), (size_t)got_count * sizeof(int));
    }
    printf("\n");
    return result;
}

static void close_files(void)
{
    for (int i = 0; i < got_count; i++)
        close(got[i]);
}

void rights(void)
{
    int pair[2], counter = eventfd(7, 0), many[300], three[3] = {counter, counter, counter}, bad = 99;
    uint64_t value = 0;

    for (int i = 0; i < 300; i++)
        many[i] = counter;
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(send_files(pair[0], &counter, 1, 5));
    SHOW(receive_files(pair[1], 10, CMSG_SPACE(sizeof(int)), MSG_CMSG_CLOEXEC));
    SHOW(got_count);
    SHOW(fcntl(got[0], F_GETFD));
    SHOW(close(counter));
    SHOW(read(got[0], &value, sizeof value));
    SHOW(value);
    counter = got[0];
    three[0] = three[1] = three[2] = counter;
    for (int i = 0; i < 300; i++)
        many[i] = counter;
    SHOW(send_files(pair[0], three, 3, 1));
    SHOW(receive_files(pair[1], 10, CMSG_SPACE(sizeof(int)), 0));
    SHOW(got_count);
    close_files();
    SHOW(send_files(pair[0], three, 3, 1));
    SHOW(receive_files(pair[1], 10, 0, 0));
    SHOW(send_files(pair[0], three, 3, 1));
    SHOW(read(pair[1], bytes, 10));
    SHOW(send_files(pair[0], &bad, 1, 1));
    SHOW(send_files(pair[0], many, 254, 1));
    SHOW(send_files(pair[0], many, 253, 1));
    SHOW(receive_files(pair[1], 10, CMSG_SPACE(300 * sizeof(int)), 0));
    SHOW(got_count);
    close_files();
    /* Bytes before and behind, and descriptors that are looked at first. */
    SHOW(write(pair[0], "abc", 3));
    SHOW(send_files(pair[0], three, 2, 4));
    SHOW(write(pair[0], "xyz", 3));
    SHOW(receive_files(pair[1], 100, 200, 0));
    SHOW(receive_files(pair[1], 100, 200, MSG_PEEK));
    close_files();
    SHOW(receive_files(pair[1], 2, 200, 0));
    SHOW(got_count);
    close_files();
    SHOW(receive_files(pair[1], 100, 200, 0));
    close(pair[0]);
    close(pair[1]);
    SHOW(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    SHOW(send_files(pair[0], three, 2, 0));
    SHOW(receive_files(pair[1], 10, 200, 0));
    SHOW(got_count);
    close_files();
    close(pair[0]);
    close(pair[1]);
    close(counter);
}

/* Sockets that only their own messages refer to. */
void garbage(void)
{
    int pair[2], watch[2];
    char byte;

    for (int round = 0; round < 50; round++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || pipe(watch) != 0)
            abort();
        fcntl(watch[0], F_SETFL, O_NONBLOCK);
        send_files(pair[0], &pair[0], 1, 1);
        send_files(pair[0], &watch[1], 1, 1);
        send_files(pair[1], &pair[1], 1, 1);
        close(pair[0]);
        close(pair[1]);
        close(watch[1]);
        /* One more goes, and those that nobody can reach any more are noticed. */
        close(socket(AF_UNIX, SOCK_STREAM, 0));
        for (int i = 0; i < 1000 && read(watch[0], &byte, 1) == -1; i++)
            usleep(1000);
        if (read(watch[0], &byte, 1) != 0)
            printf("  round %d: not closed\n", round);
        close(watch[0]);
    }
    /* Those that can be reached stay. */
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, watch));
    SHOW(send_files(watch[0], &pair[0], 1, 1));
    SHOW(send_files(pair[1], &pair[1], 1, 1));
    close(pair[0]);
    close(pair[1]);
    close(socket(AF_UNIX, SOCK_STREAM, 0));
    SHOW(receive_files(watch[1], 1, 100, 0));
    pair[0] = got[0];
    SHOW(receive_files(pair[0], 1, 100, 0));
    SHOW(write(got[0], "a", 1));
    SHOW(read(pair[0], &byte, 1));
    close(got[0]);
    close(pair[0]);
    close(watch[0]);
    close(watch[1]);
}

void credentials(void)
{
    struct ucred who = {0};
    socklen_t size = sizeof who;
    int pair[2], on = 1, value;

    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &who, &size));
    SHOW(who.pid == getpid() && who.uid == getuid() && who.gid == getgid());
    SHOW(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    SHOW(write(pair[0], "a", 1));
    SHOW(receive_files(pair[1], 10, 200, 0));
    size = sizeof value;
    SHOW(getsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &value, &size));
    SHOW(value);
    SHOW(getsockopt(pair[1], SOL_SOCKET, SO_ACCEPTCONN, &value, &size));
    SHOW(value);
    SHOW(getsockopt(pair[1], SOL_SOCKET, SO_TYPE, &value, &size));
    SHOW(value);
    SHOW(getsockopt(pair[1], SOL_SOCKET, 9999, &value, &size));
    SHOW(setsockopt(pair[1], SOL_SOCKET, 9999, &on, sizeof on));
    close(pair[0]);
    close(pair[1]);
}
