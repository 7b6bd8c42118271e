/*
 * Connections: made, and taken in.
 */
#include "calls.h"

#include <errno.h>
#include <linux_file.h>
#include <wait_queue.h>

long sys_connect(long fd, long address, long size);
long sys_accept(long fd, long address, long size);
long sys_accept4(long fd, long address, long size, long flags);

/* Waits for the end of what connect() has begun. Interrupted or too late, it goes on by itself. */
static int finish(struct socket *socket, uint64_t deadline)
{
    while (!(socket->ops->events(socket) & (READINESS_OUT | READINESS_ALWAYS))) {
        int result = socket_wait(socket, READINESS_OUT, deadline);

        if (result != 0)
            return result == -EAGAIN ? -EINPROGRESS : result;
    }
    return socket_take_error(socket);
}

static int connect(struct socket *socket, const struct socket_address *address)
{
    uint64_t deadline = WAIT_FOR_EVER;
    int result;

    if (socket->ops->connect == NULL)
        return -EOPNOTSUPP;
    result = socket->ops->connect(socket, address);
    if ((result != -EAGAIN && result != -EINPROGRESS) || (socket->file.flags & LINUX_O_NONBLOCK))
        return result;
    deadline = socket_deadline(socket->send_timeout);
    while (result == -EAGAIN) {
        result = socket_wait(socket, READINESS_OUT, deadline);
        if (result != 0)
            return result;
        result = socket->ops->connect(socket, address);
    }
    return result == -EINPROGRESS ? finish(socket, deadline) : result;
}

long sys_connect(long fd, long address, long size)
{
    struct socket_address name;
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    result = socket_address_load(&name, (const void *)address, (int)size);
    if (result == 0)
        result = connect(socket, &name);
    fd_put(&socket->file);
    return result;
}

static int accept(struct socket *socket, struct socket **accepted)
{
    uint64_t deadline;
    int result;

    if (socket->ops->accept == NULL)
        return -EOPNOTSUPP;
    result = socket->ops->accept(socket, accepted);
    if (result != -EAGAIN)
        return result;
    if (socket->file.flags & LINUX_O_NONBLOCK) {
        wait_poll();
        return socket->ops->accept(socket, accepted);
    }
    deadline = socket_deadline(socket->receive_timeout);
    do {
        result = socket_wait(socket, READINESS_IN, deadline);
        if (result != 0)
            return result;
        result = socket->ops->accept(socket, accepted);
    } while (result == -EAGAIN);
    return result;
}

long sys_accept4(long fd, long address, long size, long flags)
{
    struct socket *socket, *accepted;
    int result;

    if ((unsigned)flags & ~(LINUX_SOCK_NONBLOCK | LINUX_SOCK_CLOEXEC))
        return -EINVAL;
    socket = socket_get(fd, &result);
    if (socket == NULL)
        return result;
    result = accept(socket, &accepted);
    fd_put(&socket->file);
    if (result < 0)
        return result;
    if (address != 0) {
        struct socket_address peer = {.size = 0};

        /* A peer that has gone already has no address any more: the socket says so when it is read. */
        (void)accepted->ops->name(accepted, true, &peer);
        result = socket_address_store(&peer, (void *)address, (uint32_t *)size);
        if (result < 0) {
            fd_put(&accepted->file);
            return result;
        }
    }
    return socket_descriptor(accepted, (unsigned)flags);
}

long sys_accept(long fd, long address, long size)
{
    return sys_accept4(fd, address, size, 0);
}
