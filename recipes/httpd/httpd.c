/*
 * A small HTTP/1.1 server: one thread, one epoll. It answers from memory and from files below /www.
 *
 *     httpd [PORT]
 */
#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 60 /* seconds in which a client has to send a whole request, or take its answer */
#define BACKLOG 512 /* connections that wait to be accepted */
#define EVENTS 64   /* that are looked at in one go */
#define ACCEPTED 16 /* connections taken before others have their turn */

static int poller, listener;

/* The ends of the list of connections: who has waited longest, and who was heard of last. */
static struct connection *oldest, *newest;

static void unlink_connection(struct connection *connection)
{
    *(connection->older != NULL ? &connection->older->newer : &oldest) = connection->newer;
    *(connection->newer != NULL ? &connection->newer->older : &newest) = connection->older;
}

static void link_newest(struct connection *connection)
{
    connection->older = newest;
    connection->newer = NULL;
    *(newest != NULL ? &newest->newer : &oldest) = connection;
    newest = connection;
}

static void end(struct connection *connection)
{
    unlink_connection(connection);
    connection_close(connection);
}

static time_t seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static int fail(const char *what)
{
    const char *why = strerror(errno);

    write(STDERR_FILENO, "httpd: ", 7);
    write(STDERR_FILENO, what, strlen(what));
    write(STDERR_FILENO, ": ", 2);
    write(STDERR_FILENO, why, strlen(why));
    write(STDERR_FILENO, "\n", 1);
    return 1;
}

/* Takes the connections that wait. Where there is no room for one, the one that has waited longest goes. */
static void take_connections(time_t now)
{
    for (int i = 0; i < ACCEPTED; i++) {
        struct connection *connection;
        struct epoll_event event = {.events = EPOLLIN};
        int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (socket < 0) {
            if ((errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) &&
                oldest != NULL) {
                end(oldest);
                continue;
            }
            return;
        }
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        connection = connection_open(socket);
        if (connection == NULL) {
            close(socket);
            if (oldest != NULL)
                end(oldest);
            return;
        }
        connection->since = now;
        link_newest(connection);
        event.data.ptr = connection;
        if (epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) != 0)
            end(connection);
    }
}

static void serve(struct connection *connection, time_t now)
{
    bool was_writing = connection->writing;
    time_t since = connection->since;

    if (!connection_event(connection, now)) {
        end(connection);
        return;
    }
    if (connection->since != since) {
        unlink_connection(connection);
        link_newest(connection);
    }
    if (connection->writing != was_writing) {
        struct epoll_event event = {.events = connection->writing ? EPOLLOUT : EPOLLIN,
                                    .data.ptr = connection};
        if (epoll_ctl(poller, EPOLL_CTL_MOD, connection->socket, &event) != 0)
            end(connection);
    }
}

static void run(void)
{
    static struct epoll_event events[EVENTS];

    for (;;) {
        /* Whoever has waited long enough is found at the beginning of the list, once a second is enough. */
        int count = epoll_wait(poller, events, EVENTS, oldest != NULL ? 1000 : -1);
        time_t now = seconds();
        bool others = false;

        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                others = true; /* last, for taking one may end another, which stands in `events`, too */
            else
                serve(events[i].data.ptr, now);
        }
        if (others)
            take_connections(now);
        while (oldest != NULL && now - oldest->since > PATIENCE)
            end(oldest);
    }
}

int main(int argc, char **argv)
{
    long port = argc > 1 ? strtol(argv[1], NULL, 10) : 80;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN};

    errno = EINVAL;
    if (port < 1 || port > 65535)
        return fail("the port is a number from 1 to 65535");
    signal(SIGPIPE,
           SIG_IGN); /* a client that is gone is an error of sendfile(), not an end of this program */
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0)
        return fail("bind");
    if (listen(listener, BACKLOG) != 0)
        return fail("listen");
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0)
        return fail("epoll");
    run();
    return 0;
}
