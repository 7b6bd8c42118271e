/*
 * One connection: what came in and is not yet a whole request, what is to go out and could not yet.
 *
 * connection_open() takes over a non-blocking socket; NULL: there is no memory, and the socket stays the
 * caller's. connection_event() does what can be done without waiting; it returns false when the connection is
 * over, and the caller then calls connection_close(). connection_writing() says that the next event of
 * interest is room to send, and no longer input.
 *
 * Nothing is read while an answer waits to be sent, so a client that does not read cannot make this program
 * hold more than one answer for it.
 */
#pragma once

#include "answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct connection {
    struct connection *older, *newer; /* in the order in which they will have waited long enough */
    time_t since; /* seconds of CLOCK_MONOTONIC: a request was whole, or some of an answer went out */
    int socket;
    bool writing;        /* waits for room to send */
    bool closing;        /* no further request is read */
    bool draining, shut; /* after the last answer the client is heard out; that has begun */
    uint64_t skip;       /* bytes of a request's body that are still to come */
    char *unsent;        /* what did not fit into the socket; NULL: nothing */
    size_t unsent_start, unsent_length;
    int file; /* sent after that; -1: none */
    off_t offset;
    uint64_t file_left;
    size_t used; /* bytes of `input` */
    char input[HTTP_HEAD_MAX];
};

struct connection *connection_open(int socket);
void connection_close(struct connection *connection);
bool connection_event(struct connection *connection, time_t now);
