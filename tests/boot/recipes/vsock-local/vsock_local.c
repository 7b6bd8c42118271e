/*
 * Connects with itself, by the identifier for that (vsock(7), VMADDR_CID_LOCAL) and by its own, and prints
 * what came of it: a line each.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vsock.h>

#define CID_LOCAL 1u
#define GET_LOCAL_CID 0x7b9
#define BULK (3u << 20)

static unsigned own;

static void say(const char *what, long result)
{
    if (result < 0)
        printf("%s: error %d\n", what, errno);
    else
        printf("%s: %ld\n", what, result);
}

static int made(int type)
{
    int fd = socket(AF_VSOCK, type, 0);

    if (fd < 0)
        say("socket", fd);
    return fd;
}

static int at(int (*call)(int, const struct sockaddr *, socklen_t), int fd, unsigned cid, unsigned port)
{
    struct sockaddr_vm name = {.family = AF_VSOCK, .cid = cid, .port = port};

    return call(fd, (struct sockaddr *)&name, sizeof name);
}

/* Identifiers as words: the image's own is whatever the host says. */
static const char *word(unsigned cid)
{
    return cid == CID_LOCAL ? "local" : cid == own ? "own" : cid == CID_ANY ? "any" : "other";
}

static void names(const char *who, int fd)
{
    struct sockaddr_vm here = {0}, there = {0};
    socklen_t length = sizeof here;

    getsockname(fd, (struct sockaddr *)&here, &length);
    getpeername(fd, (struct sockaddr *)&there, &length);
    printf("%s: from %s to %s, %s\n", who, word(here.cid), word(there.cid),
           there.port == 9 || here.port == 9 ? "port 9" : "another port");
}

static void device(void)
{
    int fd = open("/dev/vsock", O_RDONLY);
    struct stat st;

    say("open", fd < 0 ? fd : 0);
    say("ioctl", ioctl(fd, GET_LOCAL_CID, &own));
    printf("an identifier of a guest: %d\n", own >= 3);
    say("another ioctl", ioctl(fd, 0x7ba, &own));
    say("read", read(fd, &st, 1));
    printf("a device: %d\n", stat("/dev/vsock", &st) == 0 && S_ISCHR(st.st_mode));
    close(fd);
}

static unsigned char pattern(size_t place, unsigned side)
{
    return (unsigned char)(place * 7 + (place >> 10) + side);
}

/* Both sides send and receive all the time, as far as they can. */
static void both_ways(const int fds[2])
{
    static unsigned char bytes[2][50000];
    size_t sent[2] = {0}, got[2] = {0}, wrong = 0;

    while (got[0] < BULK || got[1] < BULK) {
        struct pollfd polled[2];

        for (unsigned i = 0; i < 2; i++)
            polled[i] =
                (struct pollfd){.fd = fds[i], .events = (short)(POLLIN | (sent[i] < BULK ? POLLOUT : 0))};
        if (poll(polled, 2, 10000) <= 0) {
            say("poll, which finds nothing", -1);
            return;
        }
        for (unsigned i = 0; i < 2; i++) {
            size_t most = sizeof *bytes < BULK - sent[i] ? sizeof *bytes : BULK - sent[i];
            long n = 0;

            for (size_t k = 0; k < most; k++)
                bytes[i][k] = pattern(sent[i] + k, i);
            if (polled[i].revents & POLLOUT)
                n = send(fds[i], bytes[i], most, MSG_DONTWAIT);
            sent[i] += n > 0 ? (size_t)n : 0;
            n = polled[i].revents & POLLIN ? recv(fds[i], bytes[i], sizeof *bytes, MSG_DONTWAIT) : 0;
            for (long k = 0; k < n; k++)
                wrong += bytes[i][k] != pattern(got[i] + (size_t)k, !i);
            got[i] += n > 0 ? (size_t)n : 0;
        }
    }
    printf("both ways: %zu %zu, wrong %zu\n", got[0], got[1], wrong);
}

static void connection(unsigned cid)
{
    int listener = made(SOCK_STREAM), client = made(SOCK_STREAM), server;
    char text[16] = "";

    say("bind", at(bind, listener, CID_ANY, 9));
    say("connect before listen", at(connect, client, cid, 9));
    say("listen", listen(listener, 2));
    say("connect", at(connect, client, cid, 9));
    server = accept(listener, NULL, NULL);
    names("client", client);
    names("server", server);
    both_ways((const int[2]){client, server});
    say("send", send(client, "last", 4, 0));
    say("shutdown", shutdown(client, SHUT_WR));
    say("receive", recv(server, text, sizeof text, 0));
    say("receive at the end", recv(server, text, sizeof text, 0));
    say("send back", send(server, "word", 4, 0));
    close(server);
    say("receive back", recv(client, text, sizeof text, 0));
    say("receive back at the end", recv(client, text, sizeof text, 0));
    say("send to nobody", send(client, "x", 1, MSG_NOSIGNAL));
    close(client);

    /* Nobody takes it, and then nobody can. */
    client = made(SOCK_STREAM);
    say("connect, not taken", at(connect, client, cid, 9));
    close(listener);
    say("receive from who is gone", recv(client, text, sizeof text, 0));
    close(client);
}

static void identifiers(void)
{
    int listener = made(SOCK_STREAM), client = made(SOCK_STREAM);

    say("bind, local", at(bind, listener, CID_LOCAL, 9));
    say("listen", listen(listener, 2));
    say("connect, own", at(connect, client, own, 9));
    say("connect, local", at(connect, client, CID_LOCAL, 9));
    close(client);
    close(listener);
    client = made(SOCK_STREAM);
    say("bind, the host's", at(bind, client, CID_HOST, 10));
    say("connect, the host's", at(connect, client, CID_HOST, 10));
    close(client);
}

static void messages(void)
{
    static char message[30000];
    int listener = made(SOCK_SEQPACKET), client = made(SOCK_SEQPACKET), server;

    at(bind, listener, CID_LOCAL, 9);
    listen(listener, 1);
    say("connect, messages", at(connect, client, CID_LOCAL, 9));
    server = accept(listener, NULL, NULL);
    memset(message, 'm', sizeof message);
    say("send, long", send(client, message, sizeof message, 0));
    say("send, short", send(client, message, 10, 0));
    memset(message, 0, sizeof message);
    say("receive, long", recv(server, message, sizeof message, 0));
    printf("its last byte: %c\n", message[sizeof message - 1]);
    say("receive, cut", recv(server, message, 4, MSG_TRUNC));
    say("receive, nothing", recv(server, message, 4, MSG_DONTWAIT));
    close(server);
    close(client);
    close(listener);
}

/* More than packets can wait for, at once. */
static void many(void)
{
    int listener = made(SOCK_STREAM), clients[40], opened = 0, answered = 0;
    char byte;

    at(bind, listener, CID_ANY, 9);
    listen(listener, 64);
    for (int i = 0; i < 40; i++) {
        clients[i] = made(SOCK_STREAM);
        opened += at(connect, clients[i], i % 2 ? own : CID_LOCAL, 9) == 0;
        send(clients[i], &(char){(char)i}, 1, 0);
    }
    for (int i = 0; i < 40; i++) {
        int server = accept(listener, NULL, NULL);

        answered += recv(server, &byte, 1, 0) == 1 && byte == i;
        close(server);
    }
    for (int i = 0; i < 40; i++)
        close(clients[i]);
    close(listener);
    printf("many: %d connected, %d heard\n", opened, answered);
}

int main(void)
{
    device();
    connection(CID_LOCAL);
    connection(own);
    identifiers();
    messages();
    many();
    return 0;
}
