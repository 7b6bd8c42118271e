/*
 * What goes wrong, and how it is told.
 */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int error_of(int fd)
{
    int error = -1;
    socklen_t size = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : -1;
}

static void making(void)
{
    report("a family that nobody has", socket(77, SOCK_STREAM, 0));
    report("a protocol of another type", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    report("an unknown type", socket(AF_INET, 9, 0));
    report("unknown flags", socket(AF_INET, SOCK_STREAM | 0x100, 0));
    report("bind of no descriptor", bind(1000, NULL, 0));
    report("listen at the console", listen(0, 1));
}

static void binding(void)
{
    struct sockaddr_in at, other = local(0);
    struct sockaddr wrong = {.sa_family = AF_UNIX};
    int first = listener(&at, 1), second = client(), on = 1;

    report("bind where somebody listens", bind(second, (struct sockaddr *)&at, sizeof(at)));
    setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    report("bind there with SO_REUSEADDR", bind(second, (struct sockaddr *)&at, sizeof(at)));
    report("a short address", bind(second, (struct sockaddr *)&at, 4));
    report("an address of another family", bind(second, &wrong, sizeof(at)));
    other.sin_addr.s_addr = htonl(0x01020304);
    report("an address of somebody else", bind(second, (struct sockaddr *)&other, sizeof(other)));
    other = local(0);
    report("bind", bind(second, (struct sockaddr *)&other, sizeof(other)));
    report("bind again", bind(second, (struct sockaddr *)&other, sizeof(other)));
    close(first);
    close(second);
}

static void connecting(void)
{
    struct sockaddr_in at;
    socklen_t size = sizeof(at);
    int first = listener(&at, 1), fd = client(), other;

    report("peer's name without a peer", getpeername(fd, (struct sockaddr *)&at, &size));
    report("read without a peer", read(fd, &size, 1));
    report("write without a peer", send(fd, "x", 1, 0));
    report("accept without listening", accept(fd, NULL, NULL));
    report("poll without a peer", ready(fd, POLLIN | POLLOUT));
    size = sizeof(at);
    getsockname(first, (struct sockaddr *)&at, &size);
    fcntl(first, F_SETFL, O_NONBLOCK);
    report("accept when nobody has come", accept(first, NULL, NULL));
    report("connect", connect(fd, (struct sockaddr *)&at, sizeof(at)));
    report("connect again", connect(fd, (struct sockaddr *)&at, sizeof(at)));
    report("listen when connected", listen(fd, 1));
    report("poll of the listener", ready(first, POLLIN | POLLOUT));
    other = accept4(first, (struct sockaddr *)&at, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    report("accept4", other >= 0 ? 0 : -1);
    report("nonblocking", fcntl(other, F_GETFL) & O_NONBLOCK ? 1 : 0);
    report("closed on exec", fcntl(other, F_GETFD));
    report("read from the listener", read(first, &size, 1));
    close(other);
    close(fd);
    close(first);

    fd = client();
    report("connect where nobody listens", connect(fd, (struct sockaddr *)&at, sizeof(at)));
    close(fd);
    fd = client();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    /* The loopback may answer at once or not: what counts is the end. */
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0 && errno == EINPROGRESS) {
        settle();
        errno = error_of(fd);
    }
    report("and without waiting", -1);
    report("its error is told once", error_of(fd));
    close(fd);
}

void test_refused(void)
{
    making();
    binding();
    connecting();
}
