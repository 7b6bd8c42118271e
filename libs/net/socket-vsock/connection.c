#include "socket_vsock.h"

#include <errno.h>
#include <linux_file.h>
#include <string.h>

static int read_address(const struct socket_address *address, struct vsock_address *to)
{
    struct linux_sockaddr_vm name;

    if (address->size < sizeof(name) || address->family != LINUX_AF_VSOCK)
        return -EINVAL;
    memcpy(&name, address->bytes, sizeof(name));
    if (name.reserved != 0 || name.flags & ~LINUX_VM_FLAG_TO_HOST)
        return -EINVAL;
    *to = (struct vsock_address){name.cid, name.port};
    return 0;
}

int vsock_socket_bind(struct socket *socket, const struct socket_address *address)
{
    struct vsock_address local;
    int error = read_address(address, &local);

    return error != 0 ? error : vsock_bind(&vsock_socket_of(socket)->end, local);
}

int vsock_socket_listen(struct socket *socket, int backlog)
{
    return vsock_listen(&vsock_socket_of(socket)->end, (unsigned)backlog);
}

int vsock_socket_accept(struct socket *socket, struct socket **accepted)
{
    struct vsock *listener = &vsock_socket_of(socket)->end, *end;

    if (listener->state != VSOCK_LISTENING)
        return -EINVAL;
    end = vsock_accept(listener);
    if (end == NULL)
        return -EAGAIN;
    *accepted = (struct socket *)((char *)end - offsetof(struct vsock_socket, end));
    return 0;
}

/* A call that waits, and finds that another has begun, waits for the same end. */
int vsock_socket_connect(struct socket *socket, const struct socket_address *address)
{
    struct vsock *end = &vsock_socket_of(socket)->end;
    struct vsock_address peer;
    int error;

    if (end->state == VSOCK_CONNECTED)
        return -EISCONN;
    if (end->state == VSOCK_CONNECTING)
        return socket->file.flags & LINUX_O_NONBLOCK ? -EALREADY : -EINPROGRESS;
    error = read_address(address, &peer);
    return error != 0 ? error : vsock_connect(end, peer);
}

int vsock_socket_name(struct socket *socket, bool peer, struct socket_address *address)
{
    const struct vsock *end = &vsock_socket_of(socket)->end;
    struct vsock_address which = peer ? end->peer : end->local;
    struct linux_sockaddr_vm name = {.family = LINUX_AF_VSOCK, .port = which.port, .cid = which.cid};

    if (peer && end->state != VSOCK_CONNECTED && end->state != VSOCK_ENDED)
        return -ENOTCONN;
    memcpy(address->bytes, &name, sizeof(name));
    address->size = sizeof(name);
    return 0;
}

int vsock_socket_shutdown(struct socket *socket, int how)
{
    return vsock_shut(&vsock_socket_of(socket)->end, (how != LINUX_SHUT_WR ? VSOCK_SHUT_RECEIVE : 0) |
                                                         (how != LINUX_SHUT_RD ? VSOCK_SHUT_SEND : 0));
}
