/*
 * Ports that several sockets share (SO_REUSEPORT). Which of them gets what comes is the system's choice, but
 * each gets its part, and the same one always what comes from one place.
 */
#include "sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define VISITORS 200

static int sharing(int type, struct sockaddr_in *at, int share)
{
    socklen_t size = sizeof(*at);
    int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

    if (share && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof(share)) != 0)
        report("SO_REUSEPORT", -1);
    report("bind", bind(fd, (struct sockaddr *)at, sizeof(*at)));
    if (at->sin_port == 0)
        getsockname(fd, (struct sockaddr *)at, &size);
    return fd;
}

/* How many connections wait at a listener; they end. */
static int came(int fd)
{
    int count = 0;

    for (int peer; (peer = accept(fd, NULL, NULL)) >= 0; count++)
        close(peer);
    return count;
}

static void visit(const struct sockaddr_in *at)
{
    for (int i = 0; i < VISITORS; i++) {
        int fd = client();

        if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0)
            report("connect", -1);
        close(fd);
    }
    settle();
}

static void streams(void)
{
    struct sockaddr_in at = local(0), other = local(0);
    int a = sharing(SOCK_STREAM, &at, 1), b = sharing(SOCK_STREAM, &at, 1), on = 1, of_a, of_b;
    int alone, late;

    report("listen", listen(a, VISITORS));
    report("listen there, too", listen(b, VISITORS));
    report("somebody who does not share", close(sharing(SOCK_STREAM, &at, 0)));
    visit(&at);
    of_a = came(a);
    of_b = came(b);
    printf("all have come: %d, to both: %d\n", of_a + of_b, of_a > VISITORS / 10 && of_b > VISITORS / 10);
    close(a);
    visit(&at);
    printf("to the one that is left: %d\n", came(b));
    close(b);

    alone = sharing(SOCK_STREAM, &other, 0);
    listen(alone, 1);
    late = sharing(SOCK_STREAM, &other, 1);
    report("SO_REUSEPORT when it is late", setsockopt(alone, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
    close(late);
    close(alone);
}

static int count(int fd)
{
    char text[4];
    int sum = 0;

    while (recv(fd, text, sizeof(text), 0) > 0)
        sum++;
    return sum;
}

static void datagrams(void)
{
    struct sockaddr_in at = local(0);
    int a = sharing(SOCK_DGRAM, &at, 1), b = sharing(SOCK_DGRAM, &at, 1), of_a, of_b, fd;

    report("somebody who does not share", close(sharing(SOCK_DGRAM, &at, 0)));
    for (int i = 0; i < VISITORS; i++) {
        fd = socket(AF_INET, SOCK_DGRAM, 0);
        sendto(fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at));
        close(fd);
    }
    of_a = count(a);
    of_b = count(b);
    printf("all have come: %d, to both: %d\n", of_a + of_b, of_a > VISITORS / 10 && of_b > VISITORS / 10);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < 20; i++)
        sendto(fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at));
    of_a = count(a);
    of_b = count(b);
    printf("from one place: %d, to one: %d\n", of_a + of_b, of_a == 0 || of_b == 0);
    close(a);
    sendto(fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at));
    printf("to the one that is left: %d\n", count(b));
    close(fd);
    close(b);
}

void test_shared(void)
{
    streams();
    datagrams();
}
