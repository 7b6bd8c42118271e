/*
 * Making sockets, and the calls that a family answers by itself.
 */
#include "calls.h"

#include <errno.h>
#include <linux_file.h>
#include <stddef.h>

long sys_socket(long domain, long type, long protocol);
long sys_bind(long fd, long address, long size);
long sys_listen(long fd, long backlog);
long sys_shutdown(long fd, long how);

void socket_begin(struct socket *socket, const struct socket_ops *ops, int domain, int type, int protocol)
{
    socket->file = (struct open_file){.ops = &socket_file_ops, .references = 1, .flags = LINUX_O_RDWR};
    socket->ops = ops;
    socket->domain = (uint16_t)domain;
    socket->type = (uint8_t)type;
    socket->protocol = (uint8_t)protocol;
}

long socket_descriptor(struct socket *socket, unsigned flags)
{
    long fd = fd_reserve(0, flags & LINUX_SOCK_CLOEXEC);

    if (fd < 0) {
        fd_put(&socket->file);
        return fd;
    }
    if (flags & LINUX_SOCK_NONBLOCK)
        socket->file.flags |= LINUX_O_NONBLOCK;
    fd_fill(fd, &socket->file);
    return fd;
}

struct socket *socket_get(long fd, int *error)
{
    struct open_file *file = fd_get(fd);

    *error = -EBADF;
    if (file == NULL)
        return NULL;
    if (file->ops == &socket_file_ops)
        return (struct socket *)file;
    fd_put(file);
    *error = -ENOTSOCK;
    return NULL;
}

static int create(int domain, int type, int protocol, struct socket **socket)
{
    int result = -EAFNOSUPPORT;

    for (size_t i = 0; i < socket_families_count && result == -EAFNOSUPPORT; i++)
        result = socket_families[i]->create(domain, type, protocol, socket);
    return result;
}

long sys_socket(long domain, long type, long protocol)
{
    unsigned flags = (unsigned)type & ~LINUX_SOCK_TYPE_MASK;
    struct socket *socket;
    int result;

    if (flags & ~(LINUX_SOCK_NONBLOCK | LINUX_SOCK_CLOEXEC))
        return -EINVAL;
    result = create((int)domain, (int)type & LINUX_SOCK_TYPE_MASK, (int)protocol, &socket);
    return result < 0 ? result : socket_descriptor(socket, flags);
}

long sys_bind(long fd, long address, long size)
{
    struct socket_address name;
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    result = socket_address_load(&name, (const void *)address, (int)size);
    if (result == 0)
        result = socket->ops->bind != NULL ? socket->ops->bind(socket, &name) : -EOPNOTSUPP;
    fd_put(&socket->file);
    return result;
}

long sys_listen(long fd, long backlog)
{
    int result;
    struct socket *socket = socket_get(fd, &result);
    unsigned wanted = (unsigned)backlog; /* Linux takes a negative one for the largest */

    if (socket == NULL)
        return result;
    if (wanted > LINUX_SOMAXCONN)
        wanted = LINUX_SOMAXCONN;
    result = socket->ops->listen != NULL ? socket->ops->listen(socket, (int)wanted) : -EOPNOTSUPP;
    fd_put(&socket->file);
    return result;
}

long sys_shutdown(long fd, long how)
{
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    if ((int)how < LINUX_SHUT_RD || (int)how > LINUX_SHUT_RDWR)
        result = -EINVAL;
    else
        result = socket->ops->shutdown != NULL ? socket->ops->shutdown(socket, (int)how) : -EOPNOTSUPP;
    fd_put(&socket->file);
    return result;
}
