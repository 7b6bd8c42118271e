/*
 * Streams: data, ends, resets.
 */
#include "sockets.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define ALL (POLLIN | POLLOUT | POLLRDHUP | POLLPRI)

static void data(void)
{
    char text[32] = "", more[8] = "";
    struct iovec out[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}}, in[] = {{text, 6}, {more, 7}};
    int a, b, count;

    pair(&a, &b);
    report("poll of a new connection", ready(a, ALL));
    report("writev", writev(a, out, 4));
    report("poll with data", ready(b, ALL));
    report("FIONREAD", ioctl(b, FIONREAD, &count) == 0 ? count : -1);
    report("peek", recv(b, text, 4, MSG_PEEK));
    report("readv", readv(b, in, 2));
    printf("%.6s|%.7s\n", text, more);
    report("read when empty", recv(b, text, 4, MSG_DONTWAIT));
    report("send of nothing", send(a, "", 0, 0));
    report("write in two with MORE", send(a, "ab", 2, MSG_MORE) + send(a, "cd", 2, 0));
    report("wait for all", recv(b, text, 4, MSG_WAITALL));
    report("thrown away", (send(a, "xyz", 3, 0), recv(b, NULL, 3, MSG_TRUNC)));
    report("out of band in none", recv(b, text, 1, MSG_OOB));
    report("seek", lseek(a, 0, SEEK_SET));
    close(a);
    close(b);
}

static void half_close(void)
{
    char text[16];
    int a, b;

    pair(&a, &b);
    report("last words", send(a, "bye", 3, 0));
    report("shutdown for writing", shutdown(a, SHUT_WR));
    report("write after it", send(a, "x", 1, 0));
    settle();
    report("poll at the other end", ready(b, ALL));
    report("read what came", read(b, text, sizeof(text)));
    report("read the end", read(b, text, sizeof(text)));
    report("and again", read(b, text, sizeof(text)));
    report("the way back is open", send(b, "ok", 2, 0));
    settle();
    report("poll", ready(a, ALL));
    report("read", read(a, text, sizeof(text)));
    report("close", close(b));
    settle();
    report("poll at the end", ready(a, ALL));
    report("read the end", read(a, text, sizeof(text)));
    close(a);
    report("shutdown of what is not connected", shutdown(a = client(), SHUT_RDWR));
    close(a);
}

static void reset(void)
{
    struct linger none = {1, 0};
    char text[16];
    int a, b;

    pair(&a, &b);
    setsockopt(b, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(b);
    settle();
    report("poll after a reset", ready(a, ALL));
    report("read after a reset", read(a, text, sizeof(text)));
    report("read again", read(a, text, sizeof(text)));
    report("write after a reset", send(a, "x", 1, 0));
    close(a);

    pair(&a, &b);
    report("data nobody will read", send(a, "x", 1, 0));
    settle();
    close(b);
    settle();
    report("read after the peer has left unread data", read(a, text, sizeof(text)));
    close(a);

    pair(&a, &b);
    close(b);
    settle();
    report("first write to a peer that has closed", send(a, "x", 1, 0));
    settle();
    report("second", send(a, "x", 1, 0));
    close(a);

    pair(&a, &b);
    report("shutdown for reading", shutdown(a, SHUT_RD));
    report("read after it", read(a, text, sizeof(text)));
    close(a);
    close(b);
}

/* More than all buffers hold, written while it is read. */
static void bulk(void)
{
    static unsigned char out[65536], in[65536];
    unsigned long sent = 0, received = 0, total = 8 << 20, wrong = 0;
    int a, b;

    pair(&a, &b);
    fcntl(a, F_SETFL, O_NONBLOCK);
    fcntl(b, F_SETFL, O_NONBLOCK);
    while (received < total) {
        struct pollfd fds[] = {{a, sent < total ? POLLOUT : 0, 0}, {b, POLLIN, 0}};
        long done;

        if (poll(fds, 2, 5000) <= 0)
            break;
        if (fds[0].revents & POLLOUT) {
            for (unsigned i = 0; i < sizeof(out); i++)
                out[i] = (unsigned char)((sent + i) * 2654435761u >> 13);
            done = write(a, out, total - sent < sizeof(out) ? total - sent : sizeof(out));
            if (done > 0)
                sent += (unsigned long)done;
        }
        done = read(b, in, sizeof(in));
        for (long i = 0; i < done; i++)
            wrong += in[i] != (unsigned char)((received + (unsigned long)i) * 2654435761u >> 13);
        if (done > 0)
            received += (unsigned long)done;
    }
    printf("bulk: %lu sent, %lu received, %lu wrong\n", sent, received, wrong);
    close(a);
    close(b);
}

static void full(void)
{
    static char block[65536];
    unsigned long sent = 0;
    struct timeval soon = {0, 50000};
    char text[4];
    long done;
    int a, b;

    pair(&a, &b);
    fcntl(a, F_SETFL, O_NONBLOCK);
    while ((done = write(a, block, sizeof(block))) > 0)
        sent += (unsigned long)done;
    report("write when it is full", done);
    report("poll", ready(a, POLLOUT));
    fcntl(a, F_SETFL, 0);
    setsockopt(a, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
    report("write in time", write(a, block, sizeof(block)));
    setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
    report("read in time", read(a, text, sizeof(text)));
    while (sent > 0 && (done = read(b, block, sizeof(block))) > 0)
        sent -= (unsigned long)done < sent ? (unsigned long)done : sent;
    settle();
    report("poll when it is empty", ready(a, POLLOUT));
    close(a);
    close(b);
}

/* What is told that more comes goes all the same when there is no room for more. */
static void full_with_more(void)
{
    static char piece[65536];
    int a, b;

    pair(&a, &b);
    while (send(a, piece, sizeof(piece), MSG_DONTWAIT | MSG_MORE) > 0)
        ;
    settle();
    report("full, and more was said to come: there is", recv(b, piece, 1, MSG_DONTWAIT));
    close(a);
    close(b);
}

void test_stream(void)
{
    struct stat status;
    int fd = client();

    report("mode of a socket", fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : -1);
    close(fd);
    data();
    half_close();
    reset();
    bulk();
    full();
    full_with_more();
}
