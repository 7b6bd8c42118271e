/*
 * How connections end, and what their users are told.
 */
#include "parts.h"

#include <clock.h>
#include <errno.h>
#include <log.h>

#define CLOSE_PATIENCE (8 * SECOND) /* that a peer gets to say that it has heard, as Linux does */
#define CLOSING_MOST 64u            /* that wait for their peers; the one that has waited longest gives way */

static struct ring *closing;
static unsigned closing_count;

void vsock_changed(struct vsock *self, unsigned events)
{
    if (self->state != VSOCK_CLOSING && events != 0)
        self->user->changed(self, events);
}

/* Whoever asks for a writer's events gets this for one that has ended too, for it need not wait. */
unsigned vsock_events(const struct vsock *self)
{
    const unsigned both = VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND;
    unsigned events = self->error != 0 ? VSOCK_FAILED : 0;

    if (self->state == VSOCK_LISTENING)
        return events | (self->pending ? VSOCK_READABLE : 0);
    if (self->shut == both || self->shut & self->peer_shut & VSOCK_SHUT_SEND)
        events |= VSOCK_HUNG_UP;
    if (self->shut & VSOCK_SHUT_RECEIVE || self->peer_shut & VSOCK_SHUT_SEND)
        events |= VSOCK_NO_MORE | VSOCK_READABLE;
    if (self->type == VSOCK_STREAM ? self->queue.size > 0 : self->messages > 0)
        events |= VSOCK_READABLE;
    if (self->shut & VSOCK_SHUT_SEND || self->state == VSOCK_CONNECTING)
        return events;
    if (self->state != VSOCK_CONNECTED || self->peer_shut & VSOCK_SHUT_RECEIVE ||
        (vsock_credit(self) >= self->needed && !ring_held(&self->stall_place)))
        events |= VSOCK_WRITABLE;
    return events;
}

int vsock_take_error(struct vsock *self)
{
    int error = self->error;

    self->error = 0;
    return -error;
}

void vsock_gone(struct vsock *self)
{
    if (self->state == VSOCK_CLOSING) {
        ring_remove(&closing, &self->close_place);
        closing_count--;
    }
    self->state = VSOCK_NEW;
    ktimer_stop(&self->timer);
    vsock_forget(self);
    vsock_unstall(self);
    vsock_leave(self);
    vsock_withdraw(self);
    self->user->gone(self);
}

void vsock_end(struct vsock *self, int error)
{
    if (self->state == VSOCK_CLOSING) {
        vsock_gone(self);
        return;
    }
    ktimer_stop(&self->timer);
    vsock_forget(self);
    vsock_unstall(self);
    vsock_leave_connections(self);
    self->error = error;
    if (self->state == VSOCK_CONNECTING) {
        vsock_withdraw(self);
        self->state = VSOCK_NEW;
    } else {
        self->state = VSOCK_ENDED; /* what has come in can still be read */
        self->peer_shut = VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND;
    }
    vsock_changed(self, vsock_events(self));
}

void vsock_reset(struct vsock *self)
{
    log_write(LOG_WARNING, "vsock: port %u of %u breaks the rules at port %u", self->peer.port,
              self->peer.cid, self->local.port);
    vsock_refuse(self->local.port, self->peer, (uint16_t)self->type);
    vsock_end(self, ECONNRESET);
}

/* Listeners stay (5.10.6.7). Each is looked for from the start, for its user may have done anything. */
void vsock_lost(void)
{
    const struct vsock *next = NULL;

    while ((next = vsock_next(next)))
        if ((next->state == VSOCK_CONNECTING || next->state == VSOCK_CONNECTED ||
             next->state == VSOCK_CLOSING) &&
            !vsock_is_local(next->peer.cid)) {
            vsock_end((struct vsock *)next, ECONNRESET);
            next = NULL;
        }
}

void vsock_expired(struct ktimer *timer)
{
    struct vsock *self = VSOCK_OF(timer, timer);

    vsock_refuse(self->local.port, self->peer, (uint16_t)self->type);
    vsock_end(self, ETIMEDOUT);
    vsock_say();
    vsock_flush();
}

/* Connections that nobody has taken yet go with their listener. */
static void close_pending(struct vsock *self)
{
    struct vsock *pending;

    while ((pending = vsock_accept(self)))
        vsock_close(pending);
}

/* The peer is told, and the end waits for it to say that it knows: then both ports may be used anew. */
static void begin_closing(struct vsock *self)
{
    vsock_queue_clear(&self->queue);
    self->state = VSOCK_CLOSING;
    self->shut = VSOCK_SHUT_RECEIVE | VSOCK_SHUT_SEND;
    vsock_unstall(self);
    vsock_want(self, OPERATION_SHUTDOWN);
    ring_append(&closing, &self->close_place);
    self->timer.expired = vsock_expired;
    ktimer_start(&self->timer, clock_monotonic() + CLOSE_PATIENCE);
    if (++closing_count > CLOSING_MOST)
        vsock_expired(&VSOCK_OF(close_place, ring_first(closing))->timer);
}

void vsock_close(struct vsock *self)
{
    if (self->listener) {
        ring_remove(&self->listener->pending, &self->pending_place);
        self->listener->pending_count--;
        self->listener = NULL;
    }
    close_pending(self);
    if (self->state == VSOCK_CONNECTED) {
        begin_closing(self);
    } else {
        if (self->state == VSOCK_CONNECTING)
            vsock_refuse(self->local.port, self->peer, (uint16_t)self->type);
        vsock_gone(self);
    }
    vsock_say();
    vsock_flush();
}
