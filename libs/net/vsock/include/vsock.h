/*
 * Connections between the image and its host (virtio 1.2, section 5.10.6).
 *
 * A `struct vsock` is one end: bound to a port, listening at it, or one end of a connection. It is its user's
 * memory, which vsock_close() takes over and `gone` gives back, perhaps during vsock_close(), perhaps seconds
 * later. All functions run in the kernel, and none waits; callbacks come from within them and from handlers.
 * In a callback any function may be called but vsock_close().
 *
 * Memory is bounded: a connection holds what it has promised its peer room for (VSOCK_BUFFER_KIB), all
 * together a quarter of what was free at the start. A peer that sends more, or says what cannot be, loses the
 * connection.
 *
 * Errors are negated errno values, those of Linux.
 */
#pragma once

#include <ktimer.h>
#include <ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VSOCK_ANY UINT32_MAX /* any port; any identifier of our own */
#define VSOCK_LOCAL 1u       /* ourselves (VSOCK_LOCAL of the Kconfig), as by our own identifier */
#define VSOCK_HOST 2u        /* the host's context identifier */
#define VSOCK_RESERVED 1023u /* ports up to this one are never chosen for anybody */

enum vsock_type { VSOCK_STREAM = 1, VSOCK_PACKETS = 2 }; /* 5.10.6.5, 5.10.6.6 */

/* What is possible, or has happened. */
#define VSOCK_READABLE 1u
#define VSOCK_WRITABLE 2u
#define VSOCK_NO_MORE 4u /* the peer sends nothing more */
#define VSOCK_HUNG_UP 8u /* both directions have been shut, by us or by both sides */
#define VSOCK_FAILED 16u /* there is an error: vsock_take_error() */

#define VSOCK_SHUT_RECEIVE 1u /* 5.10.6.6.1 */
#define VSOCK_SHUT_SEND 2u

struct vsock;

struct vsock_user {
    void (*changed)(struct vsock *self, unsigned events);
    /* A connection has come in for a listener: an end made by vsock_begin(), or NULL to refuse it. */
    struct vsock *(*incoming)(struct vsock *listener);
    /* The memory is its user's again. */
    void (*gone)(struct vsock *self);
};

struct vsock_address {
    uint32_t cid;
    uint32_t port;
};

enum vsock_state {
    VSOCK_NEW,
    VSOCK_LISTENING,
    VSOCK_CONNECTING,
    VSOCK_CONNECTED,
    VSOCK_ENDED,
    VSOCK_CLOSING
};

struct vsock_queue {
    struct vsock_chunk *first, *last;
    size_t size; /* bytes */
    size_t pages;
};

struct vsock {
    const struct vsock_user *user;
    enum vsock_state state;
    enum vsock_type type;
    struct vsock_address local, peer;
    int error;                 /* a positive errno value that nobody has been told of */
    unsigned shut, peer_shut;  /* VSOCK_SHUT_*: we, and the peer, receive or send no more */
    uint64_t connect_patience; /* nanoseconds */

    struct ring port_place;  /* of those that have a port of their own */
    struct ring place;       /* of connections */
    struct ring want_place;  /* of those that have something to say: `wants` */
    struct ring stall_place; /* of those that wait for a packet */
    struct ring close_place; /* of those that are being closed */
    unsigned wants;
    struct ktimer timer;

    struct ring *pending; /* of a listener: connections that nobody has taken yet */
    struct ring pending_place;
    struct vsock *listener; /* that it is pending at */
    unsigned pending_count, backlog;

    /* What has come in. `buffer` bytes have been promised, `received` have ever come, `forwarded` of them
     * have been handed on, and the peer knows of `told`: counters that wrap (5.10.6.3). */
    struct vsock_queue queue;
    uint32_t buffer, received, forwarded, told;
    uint32_t buffer_wanted;
    unsigned messages; /* of VSOCK_PACKETS: whole ones in the queue */

    /* What goes out: the peer has promised `peer_buffer` bytes, `sent` have ever been sent, and it has handed
     * on `peer_forwarded` of them. */
    uint32_t peer_buffer, peer_forwarded, sent;
    uint32_t needed; /* bytes without which nothing can be sent; 0 until something could not */
    bool asked;      /* the peer, for how much room it has */
};

/* Moves `size` bytes at `bytes` to or from wherever `argument` says, and goes on behind them. */
typedef void vsock_copy(void *argument, void *bytes, size_t size);

/* Fills in an end that is all zeroes. -ENODEV: for messages, which the device does not carry. */
int vsock_begin(struct vsock *self, const struct vsock_user *user, enum vsock_type type);

/* -EINVAL: it has a port. -EADDRNOTAVAIL: not our identifier. -EADDRINUSE. */
int vsock_bind(struct vsock *self, struct vsock_address local);
/* -EINVAL: it has no port, or is connected. */
int vsock_listen(struct vsock *self, unsigned backlog);
/* The connection that has waited longest; NULL: none. */
struct vsock *vsock_accept(struct vsock *listener);
/* -EINPROGRESS: `changed` says VSOCK_WRITABLE or VSOCK_FAILED (ECONNRESET, ETIMEDOUT). -ENODEV: no device.
 * -EISCONN, -EALREADY, -EINVAL, -ENOBUFS. */
int vsock_connect(struct vsock *self, struct vsock_address peer);
/* -ENOTCONN. `how`: VSOCK_SHUT_*. */
int vsock_shut(struct vsock *self, unsigned how);
void vsock_close(struct vsock *self);

/* Bytes sent, at most `size`, not 0; -EAGAIN; -EPIPE; -ENOTCONN. A message goes as a whole: -EMSGSIZE. */
long vsock_send(struct vsock *self, size_t size, vsock_copy *copy, void *argument);
/* Bytes received, 0 at the end; -EAGAIN; -ENOTCONN. With `keep` they stay. Of a message `*whole` becomes its
 * length, and what is longer than `size` is lost. */
long vsock_receive(struct vsock *self, size_t size, bool keep, vsock_copy *copy, void *argument,
                   size_t *whole);

/* What holds now: VSOCK_*. */
unsigned vsock_events(const struct vsock *self);
/* The error, negated, and it is forgotten. */
int vsock_take_error(struct vsock *self);
/* How much its peer may send before somebody reads: at least 4 KiB, at most VSOCK_BUFFER_KIB. */
void vsock_set_buffer(struct vsock *self, uint64_t size);

/* All that have a port, and all connections, one after the other; `after` NULL: the first. */
const struct vsock *vsock_next(const struct vsock *after);
