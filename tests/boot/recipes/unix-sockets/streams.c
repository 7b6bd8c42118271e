#include "cases.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

static char bytes[300000], back[300000];

static int events(int fd)
{
    struct pollfd one = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};

    poll(&one, 1, 0);
    return one.revents;
}

void streams(void)
{
    struct iovec pieces[2] = {{bytes, 10}, {bytes + 10, 90}};
    long done = 0, n, sum = 0;
    int pair[2], waiting;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    SHOW(socketpair(AF_INET, SOCK_STREAM, 0, pair));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair));
    SHOW(fcntl(pair[0], F_GETFD));
    SHOW(events(pair[0]));
    SHOW(read(pair[0], back, 10));
    SHOW(writev(pair[1], pieces, 2));
    SHOW(write(pair[1], bytes + 100, 50));
    SHOW(events(pair[0]));
    SHOW(ioctl(pair[0], FIONREAD, &waiting));
    SHOW(waiting);
    SHOW(recv(pair[0], back, 120, MSG_PEEK));
    SHOW(memcmp(back, bytes, 120));
    SHOW(read(pair[0], back, 7));
    SHOW(read(pair[0], back + 7, 1000));
    SHOW(memcmp(back, bytes, 150));
    while (done < (long)sizeof bytes && (n = write(pair[1], bytes + done, sizeof bytes - (size_t)done)) > 0)
        done += n;
    SHOW(write(pair[1], bytes, 1));
    SHOW(events(pair[1]));
    while ((n = read(pair[0], back + sum, 5000)) > 0)
        sum += n;
    SHOW(done == sum && done > 100000 && memcmp(bytes, back, (size_t)sum) == 0);
    SHOW(events(pair[1]));
    SHOW(write(pair[0], bytes, 10));
    SHOW(close(pair[0]));
    SHOW(events(pair[1]));
    SHOW(read(pair[1], back, 100));
    SHOW(read(pair[1], back, 100));
    SHOW(write(pair[1], bytes, 10));
    SHOW(send(pair[1], bytes, 10, MSG_NOSIGNAL));
    SHOW(close(pair[1]));
    /* What has not been read when a socket is closed. */
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(write(pair[0], bytes, 10));
    SHOW(close(pair[1]));
    SHOW(events(pair[0]));
    SHOW(read(pair[0], back, 10));
    SHOW(read(pair[0], back, 10));
    SHOW(close(pair[0]));
}

void halves(void)
{
    int pair[2], alone = socket(AF_UNIX, SOCK_STREAM, 0);

    SHOW(events(alone));
    SHOW(read(alone, back, 10));
    SHOW(write(alone, back, 10));
    SHOW(close(alone));
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(write(pair[0], bytes, 5));
    SHOW(shutdown(pair[0], SHUT_WR));
    SHOW(write(pair[0], bytes, 5));
    SHOW(events(pair[0]));
    SHOW(events(pair[1]));
    SHOW(read(pair[1], back, 10));
    SHOW(read(pair[1], back, 10));
    SHOW(write(pair[1], bytes, 6));
    SHOW(read(pair[0], back, 10));
    SHOW(shutdown(pair[1], SHUT_RDWR));
    SHOW(events(pair[0]));
    SHOW(events(pair[1]));
    SHOW(read(pair[0], back, 10));
    SHOW(shutdown(pair[1], 9));
    SHOW(close(pair[0]));
    SHOW(close(pair[1]));
}
