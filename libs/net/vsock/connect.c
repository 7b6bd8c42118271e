/*
 * Ends that get a port, and become connections.
 */
#include "parts.h"

#include <clock.h>
#include <errno.h>
#include <pages.h>

#define CONNECT_PATIENCE (2 * SECOND) /* Linux's VSOCK_DEFAULT_CONNECT_TIMEOUT */

#define SHARE 4 /* of the memory that is free at the start, for what comes in */

int vsock_init(void);

int vsock_begin(struct vsock *self, const struct vsock_user *user, enum vsock_type type)
{
#ifndef CONFIG_VSOCK_LOCAL
    if (type == VSOCK_PACKETS && !vsock_device_packets())
        return -ENODEV;
#endif
    self->user = user;
    self->type = type;
    self->local = (struct vsock_address){VSOCK_ANY, VSOCK_ANY};
    self->peer = self->local;
    self->buffer_wanted = BUFFER_MOST;
    self->connect_patience = CONNECT_PATIENCE;
    return 0;
}

int vsock_bind(struct vsock *self, struct vsock_address local)
{
    int error;

    if (self->local.port != VSOCK_ANY)
        return -EINVAL;
    if (local.cid != VSOCK_ANY && !vsock_is_local(local.cid) &&
        (local.cid != vsock_device_cid() || local.cid == 0))
        return -EADDRNOTAVAIL;
    error = vsock_take_port(self, local.port);
    if (!error)
        self->local.cid = local.cid;
    return error;
}

int vsock_listen(struct vsock *self, unsigned backlog)
{
    if (self->local.port == VSOCK_ANY || (self->state != VSOCK_NEW && self->state != VSOCK_LISTENING))
        return -EINVAL;
    self->state = VSOCK_LISTENING;
    self->backlog = backlog;
    return 0;
}

struct vsock *vsock_accept(struct vsock *listener)
{
    struct ring *first = ring_first(listener->pending);
    struct vsock *self;

    if (!first)
        return NULL;
    self = VSOCK_OF(pending_place, first);
    ring_remove(&listener->pending, first);
    listener->pending_count--;
    self->listener = NULL;
    return self;
}

int vsock_connect(struct vsock *self, struct vsock_address peer)
{
    int error = 0;

    switch (self->state) {
    case VSOCK_CONNECTED:
        return -EISCONN;
    case VSOCK_CONNECTING:
        return -EALREADY;
    case VSOCK_NEW:
        break;
    default:
        return -EINVAL;
    }
    if (!vsock_is_local(peer.cid) && (vsock_device_cid() == 0 || peer.cid == vsock_device_cid()))
        return -ENODEV;
#ifdef CONFIG_VSOCK_LOCAL
    if (!vsock_is_local(peer.cid) && self->type == VSOCK_PACKETS && !vsock_device_packets())
        return -ESOCKTNOSUPPORT;
#endif
    if (self->local.port == VSOCK_ANY)
        error = vsock_take_port(self, VSOCK_ANY);
    else if (vsock_find(self->local.port, peer, self->type))
        error = -EADDRINUSE;
    if (error)
        return error;
    if (!vsock_promise(self))
        return -ENOBUFS;
    self->peer = peer;
    self->state = VSOCK_CONNECTING;
    self->received = self->forwarded = self->told = self->sent = 0;
    self->peer_buffer = self->peer_forwarded = 0;
    self->shut = self->peer_shut = 0;
    self->asked = false;
    vsock_enter(self);
    vsock_want(self, OPERATION_REQUEST);
    vsock_say();
    self->timer.expired = vsock_expired;
    ktimer_start(&self->timer, clock_monotonic() + self->connect_patience);
    vsock_flush();
    return -EINPROGRESS;
}

int vsock_shut(struct vsock *self, unsigned how)
{
    if (self->state == VSOCK_ENDED) {
        self->shut |= how;
    } else if (self->state == VSOCK_CONNECTED) {
        if ((self->shut | how) == self->shut)
            return 0;
        self->shut |= how;
        vsock_want(self, OPERATION_SHUTDOWN);
        vsock_say();
        vsock_flush();
    } else {
        return -ENOTCONN;
    }
    vsock_changed(self, vsock_events(self));
    return 0;
}

static void received(void)
{
    vsock_say();
    vsock_flush();
}

static const struct vsock_client client = {
    .receive = vsock_packet_received,
    .received = received,
    .room = vsock_room,
    .reset = vsock_lost,
};

/* An image without a device runs, and cannot connect. */
int vsock_init(void)
{
    vsock_limit(pages_available() * PAGE_SIZE / SHARE);
    (void)vsock_device_open(&client);
    return 0;
}
