#include "sockets.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *name(int error)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {EAGAIN, "EAGAIN"},
        {EINPROGRESS, "EINPROGRESS"},
        {EALREADY, "EALREADY"},
        {ECONNREFUSED, "ECONNREFUSED"},
        {ECONNRESET, "ECONNRESET"},
        {EPIPE, "EPIPE"},
        {ENOTCONN, "ENOTCONN"},
        {EISCONN, "EISCONN"},
        {EADDRINUSE, "EADDRINUSE"},
        {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {EAFNOSUPPORT, "EAFNOSUPPORT"},
        {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
        {ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"},
        {EOPNOTSUPP, "EOPNOTSUPP"},
        {EDESTADDRREQ, "EDESTADDRREQ"},
        {EMSGSIZE, "EMSGSIZE"},
        {ENOPROTOOPT, "ENOPROTOOPT"},
        {ENOTSOCK, "ENOTSOCK"},
        {EBADF, "EBADF"},
        {EINVAL, "EINVAL"},
        {EACCES, "EACCES"},
        {EDOM, "EDOM"},
        {ENOTTY, "ENOTTY"},
        {ESPIPE, "ESPIPE"},
        {ETIMEDOUT, "ETIMEDOUT"},
    };

    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].number == error)
            return names[i].name;
    return strerror(error);
}

void report(const char *what, long result)
{
    if (result < 0)
        printf("%s: %s\n", what, name(errno));
    else
        printf("%s: %ld\n", what, result);
}

struct sockaddr_in local(unsigned port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

int listener(struct sockaddr_in *at, int backlog)
{
    socklen_t size = sizeof(*at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *at = local(0);
    if (bind(fd, (struct sockaddr *)at, size) || listen(fd, backlog) ||
        getsockname(fd, (struct sockaddr *)at, &size))
        report("listener", -1);
    return fd;
}

int client(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

void pair(int *client_end, int *server_end)
{
    struct sockaddr_in at;
    int fd = listener(&at, 1);

    *client_end = client();
    if (connect(*client_end, (struct sockaddr *)&at, sizeof(at)))
        report("pair: connect", -1);
    *server_end = accept(fd, NULL, NULL);
    if (*server_end < 0)
        report("pair: accept", -1);
    close(fd);
}

void settle(void)
{
    usleep(20000);
}

int ready(int fd, int events)
{
    struct pollfd poll_fd = {.fd = fd, .events = (short)events};

    return poll(&poll_fd, 1, 0) < 0 ? -1 : poll_fd.revents;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_stream();
    test_refused();
    test_options();
    test_datagram();
    test_many();
    test_six();
    test_shared();
    test_interfaces();
    printf("done\n");
    return 0;
}
