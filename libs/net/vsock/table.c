/*
 * Who has which port, and who is connected with whom.
 */
#include "parts.h"

#include <errno.h>

static struct ring *ports[VSOCK_BUCKETS];       /* by port of our own */
static struct ring *connections[VSOCK_BUCKETS]; /* by both ports */

static struct ring **port_bucket(uint32_t port)
{
    return &ports[port % VSOCK_BUCKETS];
}

static struct ring **bucket(uint32_t port, uint32_t peer)
{
    return &connections[(port ^ peer) % VSOCK_BUCKETS];
}

struct vsock *vsock_find(uint32_t port, struct vsock_address peer, enum vsock_type type)
{
    struct ring *last = *bucket(port, peer.port);

    for (struct ring *ring = ring_first(last); ring; ring = ring_after(last, ring)) {
        struct vsock *self = VSOCK_OF(place, ring);

        if (self->local.port == port && self->peer.port == peer.port && self->peer.cid == peer.cid &&
            self->type == type)
            return self;
    }
    return NULL;
}

static struct vsock *find_port(uint32_t port, enum vsock_type type)
{
    struct ring *last = *port_bucket(port);

    for (struct ring *ring = ring_first(last); ring; ring = ring_after(last, ring)) {
        struct vsock *self = VSOCK_OF(port_place, ring);

        if (self->local.port == port && self->type == type)
            return self;
    }
    return NULL;
}

struct vsock *vsock_find_listener(uint32_t port, enum vsock_type type)
{
    struct vsock *self = find_port(port, type);

    return self && self->state == VSOCK_LISTENING ? self : NULL;
}

/* The next free one; there are more than there is memory for. */
static uint32_t any_port(enum vsock_type type)
{
    static uint32_t next = VSOCK_RESERVED;

    do
        next = next < VSOCK_RESERVED || next >= INT32_MAX ? VSOCK_RESERVED + 1 : next + 1;
    while (find_port(next, type));
    return next;
}

int vsock_take_port(struct vsock *self, uint32_t port)
{
    if (port == VSOCK_ANY)
        port = any_port(self->type);
    else if (find_port(port, self->type))
        return -EADDRINUSE;
    self->local.port = port;
    ring_append(port_bucket(port), &self->port_place);
    return 0;
}

void vsock_enter(struct vsock *self)
{
    ring_append(bucket(self->local.port, self->peer.port), &self->place);
}

void vsock_leave_connections(struct vsock *self)
{
    if (ring_held(&self->place))
        ring_remove(bucket(self->local.port, self->peer.port), &self->place);
}

void vsock_leave(struct vsock *self)
{
    vsock_leave_connections(self);
    if (ring_held(&self->port_place))
        ring_remove(port_bucket(self->local.port), &self->port_place);
}

/* First all of the one table, then of the other those that are not in the first. */
static struct vsock *first_from(unsigned start)
{
    for (unsigned i = start; i < 2 * VSOCK_BUCKETS; i++) {
        struct ring *last = i < VSOCK_BUCKETS ? ports[i] : connections[i - VSOCK_BUCKETS];

        for (struct ring *ring = ring_first(last); ring; ring = ring_after(last, ring)) {
            if (i < VSOCK_BUCKETS)
                return VSOCK_OF(port_place, ring);
            if (!ring_held(&VSOCK_OF(place, ring)->port_place))
                return VSOCK_OF(place, ring);
        }
    }
    return NULL;
}

const struct vsock *vsock_next(const struct vsock *after)
{
    struct ring *next;
    unsigned at;

    if (!after)
        return first_from(0);
    if (ring_held(&after->port_place)) {
        at = after->local.port % VSOCK_BUCKETS;
        next = ring_after(ports[at], (struct ring *)&after->port_place);
        return next ? VSOCK_OF(port_place, next) : first_from(at + 1);
    }
    at = (after->local.port ^ after->peer.port) % VSOCK_BUCKETS;
    next = (struct ring *)&after->place;
    while ((next = ring_after(connections[at], next)))
        if (!ring_held(&VSOCK_OF(place, next)->port_place))
            return VSOCK_OF(place, next);
    return first_from(VSOCK_BUCKETS + at + 1);
}
