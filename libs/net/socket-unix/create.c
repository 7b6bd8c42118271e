#include "unix_socket.h"

#include <errno.h>
#include <heap.h>

struct ring *unix_sockets;

long sys_socketpair(long domain, long type, long protocol, long fds);

void unix_tell(struct unix_socket *self, unsigned events)
{
    readiness_notify(&self->socket.readiness, events);
}

/* As Linux's unix_poll(). */
static unsigned events(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);
    unsigned events = socket->error != 0 ? READINESS_ERR : 0;

    if (self->listening)
        return self->pending != NULL ? READINESS_READABLE : 0;
    if (self->first != NULL || self->ended_in)
        events |= READINESS_READABLE;
    if (self->ended_in)
        events |= READINESS_RDHUP;
    if ((self->ended_in && self->ended_out) || (unix_is_stream(self) && !self->connected))
        events |= READINESS_HUP;
    if (self->blocked_by == NULL && (self->peer == NULL || unix_has_room(self, self->peer)))
        events |= READINESS_WRITABLE;
    return events;
}

static void release(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket);

    unix_unblock(self);
    unix_part(self);
    while (self->pending != NULL) {
        struct unix_socket *pending = self->pending;

        self->pending = pending->next_pending;
        fd_put(&pending->socket.file);
    }
    unix_room(self); /* there will never be any */
    unix_drop_name(self->name, self);
    unix_clear(self);
    heap_free(self->spare);
    ring_remove(&unix_sockets, &self->all);
    heap_free(self);
    if (unix_inflight != 0)
        unix_collect();
}

static const struct open_file_ops *socket_files; /* those of all sockets, whatever the family */

static const struct socket_ops operations = {
    .bind = unix_bind,
    .listen = unix_listen,
    .accept = unix_accept,
    .connect = unix_connect,
    .name = unix_show_name,
    .send = unix_send,
    .receive = unix_receive,
    .shutdown = unix_shutdown,
    .set_option = unix_set_option,
    .get_option = unix_get_option,
    .control = unix_control,
    .events = events,
    .release = release,
};

struct unix_socket *unix_new(int type)
{
    struct unix_socket *self = heap_alloc(sizeof(*self));

    if (self == NULL)
        return NULL;
    *self = (struct unix_socket){.buffer = UNIX_BUFFER};
    self->last = &self->first;
    socket_begin(&self->socket, &operations, LINUX_AF_UNIX, type, 0);
    socket_files = self->socket.file.ops;
    ring_append(&unix_sockets, &self->all);
    return self;
}

struct unix_socket *unix_from(struct open_file *file)
{
    struct socket *socket = (struct socket *)file; /* if it is one at all */

    return file->ops == socket_files && socket->ops == &operations ? unix_of(socket) : NULL;
}

static int create(int domain, int type, int protocol, struct socket **socket)
{
    struct unix_socket *self;

    if (domain != LINUX_AF_UNIX)
        return -EAFNOSUPPORT;
    if (protocol != 0 && protocol != LINUX_AF_UNIX)
        return -EPROTONOSUPPORT;
    if (type == LINUX_SOCK_RAW)
        type = LINUX_SOCK_DGRAM; /* as Linux does */
    if (type != LINUX_SOCK_STREAM && type != LINUX_SOCK_DGRAM && type != LINUX_SOCK_SEQPACKET)
        return -ESOCKTNOSUPPORT;
    self = unix_new(type);
    if (self == NULL)
        return -ENOMEM;
    *socket = &self->socket;
    return 0;
}

const struct socket_family socket_unix_socket_family = {.create = create};

long sys_socketpair(long domain, long type, long protocol, long fds)
{
    unsigned flags = (unsigned)type & ~LINUX_SOCK_TYPE_MASK;
    struct socket *a, *b;
    long first, second;
    int error;

    if (flags & ~(LINUX_SOCK_NONBLOCK | LINUX_SOCK_CLOEXEC))
        return -EINVAL;
    if ((int)domain == LINUX_AF_INET || (int)domain == LINUX_AF_INET6)
        return -EOPNOTSUPP;
    error = create((int)domain, (int)type & LINUX_SOCK_TYPE_MASK, (int)protocol, &a);
    if (error != 0)
        return error;
    error = create((int)domain, (int)type & LINUX_SOCK_TYPE_MASK, (int)protocol, &b);
    if (error != 0) {
        fd_put(&a->file);
        return error;
    }
    unix_join(unix_of(a), unix_of(b));
    first = socket_descriptor(a, flags);
    if (first < 0) {
        fd_put(&b->file);
        return first;
    }
    second = socket_descriptor(b, flags);
    if (second < 0) {
        struct open_file *file = fd_take(first);

        fd_put(file);
        return second;
    }
    ((int *)fds)[0] = (int)first;
    ((int *)fds)[1] = (int)second;
    return 0;
}
