#include "unix_socket.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

#define PART_MAX ((size_t)32768) /* of a stream, in one message */
#define SPARE ((size_t)1024)     /* bytes of a small message's memory */
#define COLLECT_EVERY 16         /* messages with descriptors */

/* Its memory is for the next one, so that a conversation of small messages does without the heap. */
void unix_forget(struct unix_socket *self, struct unix_message *message)
{
    unix_rights_drop(message->rights);
    if (self->spare == NULL && message->capacity == SPARE)
        self->spare = message;
    else
        heap_free(message);
}

void unix_clear(struct unix_socket *self)
{
    while (self->first != NULL) {
        struct unix_message *message = self->first;

        self->first = message->next;
        unix_forget(self, message);
    }
    self->last = &self->first;
    self->queued = 0;
}

static struct unix_message *new_message(struct unix_socket *to, size_t size)
{
    struct unix_message *new = to->spare;
    size_t capacity = size < SPARE ? SPARE : size;

    if (new != NULL && size <= SPARE) {
        to->spare = NULL;
        return new;
    }
    new = heap_alloc(sizeof(*new) + capacity);
    if (new != NULL)
        new->capacity = capacity;
    return new;
}

/* Takes `size` bytes from the application into a message that `to` will receive. */
static int queue(const struct unix_socket *self, struct unix_socket *to, struct socket_message *message,
                 size_t size, struct unix_rights *rights)
{
    struct unix_message *new = new_message(to, size);

    if (new == NULL)
        return -ENOBUFS;
    new->next = NULL;
    new->rights = rights;
    new->size = size;
    new->offset = 0;
#ifdef CONFIG_LIB_USERS
    new->sender = unix_credentials(USERS_REAL);
#endif
    new->address_size = self->name != NULL ? self->name->size : 0;
    if (new->address_size != 0)
        memcpy(new->address, self->name->address, new->address_size);
    socket_data_take(&message->data, new->bytes, size);
    *to->last = new;
    to->last = &new->next;
    to->queued += size;
    unix_tell(to, READINESS_READABLE);
    return 0;
}

static long send_stream(struct unix_socket *self, struct socket_message *message, struct unix_rights **rights)
{
    struct unix_socket *peer = self->peer;
    size_t done = 0;

    if (message->address != NULL)
        return self->connected ? -EISCONN : -EOPNOTSUPP;
    if (self->ended_out)
        return -EPIPE;
    if (peer == NULL)
        return self->connected ? -EPIPE : -ENOTCONN;
    if (peer->ended_in)
        return -EPIPE;
    while (message->data.left != 0) {
        size_t room = self->buffer > peer->queued ? self->buffer - peer->queued : 0;
        size_t size = message->data.left < PART_MAX ? message->data.left : PART_MAX;
        int error;

        if (size > room)
            size = room;
        error = size != 0 ? queue(self, peer, message, size, *rights) : -EAGAIN;
        if (error != 0)
            return done != 0 ? (long)done : error;
        *rights = NULL;
        done += size;
    }
    return (long)done;
}

/* The socket that a datagram goes to, or a packet of a connection. */
static int receiver(struct unix_socket *self, const struct socket_message *message, struct unix_socket **to)
{
    int error;

    if (self->socket.type == LINUX_SOCK_SEQPACKET) {
        if (message->address != NULL && !self->connected)
            return -ENOTCONN;
        *to = self->peer;
        if (self->ended_out)
            return -EPIPE;
        if (*to == NULL)
            return self->connected ? -EPIPE : -ENOTCONN;
        return (*to)->ended_in ? -EPIPE : 0;
    }
    if (self->ended_out)
        return -EPIPE;
    if (message->address != NULL) {
        error = unix_find(message->address, to);
        if (error != 0)
            return error;
        if ((*to)->socket.type != self->socket.type)
            return -EPROTOTYPE;
        if ((*to)->peer != NULL && (*to)->peer != self)
            return -EPERM;
    } else {
        *to = self->peer;
        if (*to == NULL) {
            error = self->refused ? -ECONNREFUSED : -ENOTCONN;
            self->refused = false;
            return error;
        }
    }
    return (*to)->ended_in ? -EPIPE : 0;
}

static long send_packet(struct unix_socket *self, struct socket_message *message, struct unix_rights **rights)
{
    size_t size = message->data.left;
    struct unix_socket *to;
    int error;

    if (size > self->buffer - 32)
        return -EMSGSIZE;
    error = receiver(self, message, &to);
    if (error != 0)
        return error;
    if (to->queued != 0 && to->queued + size > to->buffer) {
        unix_block(self, to);
        return -EAGAIN;
    }
    error = queue(self, to, message, size, *rights);
    if (error != 0)
        return error;
    *rights = NULL;
    return (long)size;
}

long unix_send(struct socket *socket, struct socket_message *message)
{
    static unsigned with_rights;
    struct unix_socket *self = unix_of(socket);
    struct unix_rights *rights = NULL;
    bool collect;
    long result;
    int error;

    if (message->flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    error = unix_rights_take(message, &rights);
    if (error != 0)
        return error;
    collect = rights != NULL && ++with_rights % COLLECT_EVERY == 0;
    result = socket->type == LINUX_SOCK_STREAM ? send_stream(self, message, &rights)
                                               : send_packet(self, message, &rights);
    /* What was sent in part, and is sent on, has had its descriptors. */
    if (result >= 0)
        message->control_size = 0;
    unix_rights_drop(rights);
    if (collect)
        unix_collect();
    return result;
}
