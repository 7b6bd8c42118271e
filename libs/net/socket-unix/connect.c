/*
 * Connections: made, taken in, half closed, and ended.
 */
#include "unix_socket.h"

#include <errno.h>

void unix_block(struct unix_socket *self, struct unix_socket *other)
{
    unix_unblock(self);
    self->blocked_by = other;
    ring_append(&other->blocked, &self->block);
}

void unix_unblock(struct unix_socket *self)
{
    if (self->blocked_by == NULL)
        return;
    ring_remove(&self->blocked_by->blocked, &self->block);
    self->blocked_by = NULL;
}

void unix_room(struct unix_socket *self)
{
    while (self->blocked != NULL) {
        struct unix_socket *waiting = UNIX_SOCKET_OF(block, ring_first(self->blocked));

        unix_unblock(waiting);
        unix_tell(waiting, READINESS_WRITABLE);
    }
}

/* A datagram socket may be told of by many, and knows one. */
static void admire(struct unix_socket *self, struct unix_socket *other)
{
    unix_part(self);
    self->peer = other;
    self->refused = false;
    ring_append(&other->admirers, &self->admirer);
}

void unix_join(struct unix_socket *a, struct unix_socket *b)
{
    if (unix_is_stream(a)) {
        a->peer = b;
        b->peer = a;
        a->connected = b->connected = true;
    } else {
        admire(a, b);
        admire(b, a);
    }
#ifdef CONFIG_LIB_USERS
    a->peer_credentials = b->peer_credentials = unix_credentials(USERS_EFFECTIVE);
#endif
}

static void part_datagram(struct unix_socket *self)
{
    if (self->peer != NULL)
        ring_remove(&self->peer->admirers, &self->admirer);
    self->peer = NULL;
}

/* Whoever is connected to a datagram socket that goes is refused when it sends next. */
static void leave_admirers(struct unix_socket *self)
{
    while (self->admirers != NULL) {
        struct unix_socket *other = UNIX_SOCKET_OF(admirer, ring_first(self->admirers));

        part_datagram(other);
        other->refused = true;
        unix_tell(other, READINESS_WRITABLE);
    }
}

void unix_part(struct unix_socket *self)
{
    struct unix_socket *peer = self->peer;

    if (!unix_is_stream(self)) {
        part_datagram(self);
        if (self->socket.file.references == 0)
            leave_admirers(self);
        return;
    }
    self->peer = NULL;
    if (peer == NULL)
        return;
    peer->peer = NULL;
    peer->ended_in = peer->ended_out = true;
    if (self->first != NULL || self->listener != NULL)
        peer->socket.error =
            ECONNRESET; /* what it sent has not been received: unix_release_sock() in Linux */
    unix_tell(peer, READINESS_READABLE | READINESS_WRITABLE | READINESS_RDHUP | READINESS_HUP);
}

int unix_listen(struct socket *socket, int backlog)
{
    struct unix_socket *self = unix_of(socket);

    if (!unix_is_stream(self))
        return -EOPNOTSUPP;
    if (self->name == NULL || self->connected)
        return -EINVAL;
    self->listening = true;
#ifdef CONFIG_LIB_USERS
    self->peer_credentials = unix_credentials(USERS_EFFECTIVE);
#endif
    self->backlog = (unsigned)backlog;
    unix_room(self);
    return 0;
}

int unix_accept(struct socket *socket, struct socket **accepted)
{
    struct unix_socket *self = unix_of(socket), *first = self->pending;

    if (!unix_is_stream(self))
        return -EOPNOTSUPP;
    if (!self->listening)
        return -EINVAL;
    if (self->ended_in)
        return -EINVAL;
    if (first == NULL)
        return -EAGAIN;
    self->pending = first->next_pending;
    self->pending_count--;
    first->listener = NULL;
    unix_room(self);
    *accepted = &first->socket;
    return 0;
}

static int connect_stream(struct unix_socket *self, struct unix_socket *listener)
{
    struct unix_socket *other, **place;

    if (self->connected)
        return -EISCONN;
    if (self->listening)
        return -EINVAL;
    if (!listener->listening || listener->ended_in)
        return -ECONNREFUSED;
    if (listener->pending_count > listener->backlog) { /* as Linux's unix_recvq_full() */
        unix_block(self, listener);
        return -EAGAIN;
    }
    other = unix_new(self->socket.type);
    if (other == NULL)
        return -ENOMEM;
    other->name = listener->name;
    other->name->users++;
    other->credentials = listener->credentials;
    unix_join(self, other);
#ifdef CONFIG_LIB_USERS
    self->peer_credentials = listener->peer_credentials;
#endif
    place = &listener->pending;
    while (*place != NULL)
        place = &(*place)->next_pending;
    *place = other;
    other->listener = listener;
    listener->pending_count++;
    unix_tell(listener, READINESS_READABLE);
    return 0;
}

int unix_connect(struct socket *socket, const struct socket_address *address)
{
    struct unix_socket *self = unix_of(socket), *other;
    int error;

    if (address->size >= sizeof(uint16_t) && address->family == LINUX_AF_UNSPEC && !unix_is_stream(self)) {
        unix_part(self);
        return 0;
    }
    error = unix_find(address, &other);
    if (error != 0)
        return error;
    if (other->socket.type != socket->type)
        return -EPROTOTYPE;
    if (unix_is_stream(self))
        return connect_stream(self, other);
    /* Who is connected elsewhere takes nothing from others: unix_may_send() in Linux. */
    if (other->peer != NULL && other->peer != self)
        return -EPERM;
    admire(self, other);
    return 0;
}

int unix_shutdown(struct socket *socket, int how)
{
    struct unix_socket *self = unix_of(socket), *peer = unix_is_stream(self) ? self->peer : NULL;
    bool in = how != LINUX_SHUT_WR, out = how != LINUX_SHUT_RD;
    unsigned events = READINESS_READABLE | READINESS_WRITABLE | READINESS_RDHUP;

    self->ended_in |= in;
    self->ended_out |= out;
    unix_tell(self, self->ended_in && self->ended_out ? events | READINESS_HUP : events);
    if (peer != NULL) {
        peer->ended_in |= out;
        peer->ended_out |= in;
        unix_tell(peer, peer->ended_in && peer->ended_out ? events | READINESS_HUP : events);
    }
    return 0;
}
