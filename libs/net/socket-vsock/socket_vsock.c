#include "socket_vsock.h"

#include <errno.h>
#include <heap.h>

#define BUFFER_USUAL (UINT64_C(256) * 1024) /* VIRTIO_VSOCK_DEFAULT_... in Linux: size and most */
#define BUFFER_LEAST 128

static struct vsock_socket *make(int type);

static unsigned readiness_of(unsigned events)
{
    return (events & VSOCK_READABLE ? READINESS_READABLE : 0) |
           (events & VSOCK_WRITABLE ? READINESS_WRITABLE : 0) |
           (events & VSOCK_NO_MORE ? READINESS_RDHUP : 0) | (events & VSOCK_HUNG_UP ? READINESS_HUP : 0) |
           (events & VSOCK_FAILED ? READINESS_ERR : 0);
}

static struct vsock_socket *of(struct vsock *end)
{
    return (struct vsock_socket *)((char *)end - offsetof(struct vsock_socket, end));
}

static void changed(struct vsock *end, unsigned events)
{
    struct vsock_socket *self = of(end);

    if (self->closed)
        return;
    if (events & VSOCK_FAILED)
        self->socket.error = -vsock_take_error(end);
    readiness_notify(&self->socket.readiness, readiness_of(events));
}

static struct vsock *incoming(struct vsock *listener)
{
    const struct vsock_socket *from = of(listener);
    struct vsock_socket *self = make(from->socket.type);

    if (self == NULL)
        return NULL;
    self->buffer = from->buffer;
    self->buffer_least = from->buffer_least;
    self->buffer_most = from->buffer_most;
    return &self->end;
}

static void gone(struct vsock *end)
{
    heap_free(of(end));
}

static const struct vsock_user user = {.changed = changed, .incoming = incoming, .gone = gone};

static unsigned events(struct socket *socket)
{
    unsigned events = readiness_of(vsock_events(&vsock_socket_of(socket)->end));

    return socket->error != 0 ? events | READINESS_ERR : events;
}

static void take(void *data, void *bytes, size_t size)
{
    socket_data_take(data, bytes, size);
}

static void put(void *data, void *bytes, size_t size)
{
    socket_data_put(data, bytes, size);
}

static long send(struct socket *socket, struct socket_message *message)
{
    struct vsock *end = &vsock_socket_of(socket)->end;

    if (message->flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    if (message->address != NULL)
        return end->state == VSOCK_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    if (socket->error != 0)
        return socket_take_error(socket);
    if (message->data.left == 0 && end->type == VSOCK_STREAM)
        return end->state == VSOCK_CONNECTED ? 0 : -ENOTCONN;
    return vsock_send(end, message->data.left, take, &message->data);
}

static long receive(struct socket *socket, struct socket_message *message)
{
    struct vsock *end = &vsock_socket_of(socket)->end;
    unsigned flags = message->flags;
    size_t whole;
    long result;

    if (flags & (LINUX_MSG_OOB | LINUX_MSG_ERRQUEUE))
        return -EOPNOTSUPP;
    if (socket->error != 0)
        return socket_take_error(socket);
    message->flags = 0;
    message->control_size = 0;
    result = vsock_receive(end, message->data.left, flags & LINUX_MSG_PEEK, put, &message->data, &whole);
    if (result >= 0 && whole > (size_t)result) {
        message->flags = LINUX_MSG_TRUNC;
        return flags & LINUX_MSG_TRUNC ? (long)whole : result;
    }
    return result;
}

static void release(struct socket *socket)
{
    struct vsock_socket *self = vsock_socket_of(socket);

    self->closed = true;
    vsock_close(&self->end);
}

static const struct socket_ops operations = {
    .bind = vsock_socket_bind,
    .listen = vsock_socket_listen,
    .accept = vsock_socket_accept,
    .connect = vsock_socket_connect,
    .name = vsock_socket_name,
    .send = send,
    .receive = receive,
    .shutdown = vsock_socket_shutdown,
    .set_option = vsock_socket_set_option,
    .get_option = vsock_socket_get_option,
    .control = vsock_socket_control,
    .events = events,
    .release = release,
};

static struct vsock_socket *make(int type)
{
    struct vsock_socket *self = heap_alloc(sizeof(*self));

    if (self == NULL)
        return NULL;
    *self = (struct vsock_socket){
        .buffer = BUFFER_USUAL, .buffer_least = BUFFER_LEAST, .buffer_most = BUFFER_USUAL};
    socket_begin(&self->socket, &operations, LINUX_AF_VSOCK, type, 0);
    if (vsock_begin(&self->end, &user, type == LINUX_SOCK_STREAM ? VSOCK_STREAM : VSOCK_PACKETS) == 0)
        return self;
    heap_free(self);
    return NULL;
}

static int create(int domain, int type, int protocol, struct socket **socket)
{
    struct vsock_socket *self;

    if (domain != LINUX_AF_VSOCK)
        return -EAFNOSUPPORT;
    if (protocol != 0 && protocol != LINUX_AF_VSOCK)
        return -EPROTONOSUPPORT;
    if (type == LINUX_SOCK_DGRAM)
        return -ENODEV; /* as Linux, where no device has datagrams */
    if (type != LINUX_SOCK_STREAM && type != LINUX_SOCK_SEQPACKET)
        return -ESOCKTNOSUPPORT;
    self = make(type);
    if (self == NULL)
        return -ENOMEM;
    *socket = &self->socket;
    return 0;
}

const struct socket_family socket_vsock_socket_family = {.create = create};
