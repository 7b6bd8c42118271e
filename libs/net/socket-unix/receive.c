#include "unix_socket.h"

#include <errno.h>
#include <string.h>

static void drop_first(struct unix_socket *self)
{
    struct unix_message *message = self->first;

    self->first = message->next;
    if (self->first == NULL)
        self->last = &self->first;
    unix_forget(self, message);
}

static void show_sender(struct socket_message *message, const struct unix_message *from)
{
    if (message->address == NULL)
        return;
    message->address->size = 0;
    if (from->address_size != 0) {
        memcpy(message->address->bytes, from->address, from->address_size);
        message->address->size = from->address_size;
    }
}

/* Joins what was sent in parts, but not across descriptors: who gets them knows with which bytes they came.
 */
static long receive_stream(struct unix_socket *self, struct socket_message *message)
{
    bool peek = message->flags & LINUX_MSG_PEEK;
    struct unix_rights *rights = NULL;
    struct unix_message *next = self->first;
    bool was_full = self->peer != NULL && !unix_has_room(self->peer, self);
    size_t done = 0;

    message->flags &= LINUX_MSG_CMSG_CLOEXEC;
    while (next != NULL && message->data.left != 0) {
        struct unix_message *from = next;
        size_t size = from->size - from->offset;

        rights = from->rights;
        next = from->next;
#ifdef CONFIG_LIB_USERS
        self->sender = from->sender;
#endif
        if (size > message->data.left)
            size = message->data.left;
        socket_data_put(&message->data, from->bytes + from->offset, size);
        done += size;
        if (!peek) {
            from->offset += size;
            from->rights = NULL;
            self->queued -= size;
            if (from->offset == from->size)
                drop_first(self);
        }
        if (rights != NULL)
            break;
    }
    unix_rights_put(self, message, rights, peek);
    if (was_full && unix_has_room(self->peer, self))
        unix_tell(self->peer, READINESS_WRITABLE);
    return (long)done;
}

static long receive_packet(struct unix_socket *self, struct socket_message *message)
{
    struct unix_message *from = self->first;
    bool peek = message->flags & LINUX_MSG_PEEK, whole = message->flags & LINUX_MSG_TRUNC;
    size_t full = from->size, size = full < message->data.left ? full : message->data.left;
    struct unix_rights *rights = from->rights;

    show_sender(message, from);
#ifdef CONFIG_LIB_USERS
    self->sender = from->sender;
#endif
    message->flags = (message->flags & LINUX_MSG_CMSG_CLOEXEC) | (size < full ? LINUX_MSG_TRUNC : 0);
    socket_data_put(&message->data, from->bytes, size);
    if (!peek) {
        from->rights = NULL;
        self->queued -= full;
        drop_first(self);
    }
    unix_rights_put(self, message, rights, peek);
    if (!peek)
        unix_room(self);
    return (long)(whole ? full : size);
}

long unix_receive(struct socket *socket, struct socket_message *message)
{
    struct unix_socket *self = unix_of(socket);
    int error;

    if (message->flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    if (unix_is_stream(self) && !self->connected)
        return socket->type == LINUX_SOCK_STREAM ? -EINVAL : -ENOTCONN;
    if (self->first != NULL)
        return socket->type == LINUX_SOCK_STREAM ? receive_stream(self, message)
                                                 : receive_packet(self, message);
    error = socket_take_error(socket);
    if (error != 0)
        return error;
    if (!self->ended_in)
        return -EAGAIN;
    message->flags = 0;
    message->control_size = 0;
    return 0;
}
