/*
 * One message, or one part of a stream: waiting for it, and sending and receiving from one piece of memory.
 */
#include "calls.h"

#include <config.h>
#include <errno.h>
#include <linux_file.h>
#include <wait_queue.h>

#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define SIGPIPE 13

long sys_sendto(long fd, long data, long size, long flags, long address, long address_size);
long sys_recvfrom(long fd, long buffer, long size, long flags, long address, long address_size);

static bool waits(const struct socket *socket, unsigned flags)
{
    return !(flags & LINUX_MSG_DONTWAIT) && !(socket->file.flags & LINUX_O_NONBLOCK);
}

/* A stream that waits sends all; what goes wrong behind the first byte is told by the next call. */
static long send_rest(struct socket *socket, struct socket_message *message, long sent)
{
    uint64_t deadline = socket_deadline(socket->send_timeout);

    do {
        long result = socket_wait(socket, READINESS_OUT, deadline);

        if (result == 0) {
            result = socket->ops->send(socket, message);
            if (result == -EAGAIN)
                continue;
        }
        if (result < 0)
            return sent > 0 ? sent : result;
        sent = sent > 0 ? sent + result : result;
    } while (sent < 0 || message->data.left != 0);
    return sent;
}

long socket_send(struct socket *socket, struct socket_message *message)
{
    unsigned flags = message->flags;
    long result;

    if (socket->ops->send == NULL)
        return -EOPNOTSUPP;
    message->flags &= ~SOCKET_OWN_FLAGS;
    result = socket->ops->send(socket, message);
    if (result == -EAGAIN ? waits(socket, flags)
                          : result >= 0 && message->data.left != 0 && socket->type == LINUX_SOCK_STREAM &&
                                waits(socket, flags)) {
        result = send_rest(socket, message, result);
    } else if (result == -EAGAIN) {
        wait_poll();
        result = socket->ops->send(socket, message);
    }
#ifdef CONFIG_LIB_SIGNALS
    if (result == -EPIPE && socket->type != LINUX_SOCK_DGRAM && !(flags & LINUX_MSG_NOSIGNAL))
        signals_send_current(SIGPIPE);
#endif
    return result;
}

/* `all`: MSG_WAITALL; what has come is told when the rest does not. */
static long receive_rest(struct socket *socket, struct socket_message *message, long received, bool all)
{
    uint64_t deadline = socket_deadline(socket->receive_timeout);
    unsigned flags = message->flags;

    do {
        long result = socket_wait(socket, READINESS_IN, deadline);

        if (result == 0) {
            message->flags = flags;
            result = socket->ops->receive(socket, message);
            if (result == -EAGAIN)
                continue;
        }
        if (result <= 0)
            return received > 0 ? received : result;
        received = received > 0 ? received + result : result;
    } while (received < 0 || (all && message->data.left != 0));
    return received;
}

long socket_receive(struct socket *socket, struct socket_message *message)
{
    unsigned flags = message->flags & ~SOCKET_OWN_FLAGS;
    bool blocks = waits(socket, message->flags);
    bool all = (message->flags & (LINUX_MSG_WAITALL | LINUX_MSG_PEEK)) == LINUX_MSG_WAITALL &&
               socket->type == LINUX_SOCK_STREAM;
    long result;

    if (socket->ops->receive == NULL)
        return -EOPNOTSUPP;
    message->flags = flags;
    result = socket->ops->receive(socket, message);
    if (result == -EAGAIN && !blocks)
        wait_poll();
    else if (result != -EAGAIN && !(result > 0 && all && blocks && message->data.left != 0))
        return result;
    message->flags = flags;
    return blocks ? receive_rest(socket, message, result, all) : socket->ops->receive(socket, message);
}

long sys_sendto(long fd, long data, long size, long flags, long address, long address_size)
{
    struct linux_iovec piece = {(void *)data, (size_t)size};
    struct socket_address name;
    struct socket_message message = {.data = {.pieces = &piece}, .flags = (unsigned)flags};
    int error;
    struct socket *socket = socket_get(fd, &error);
    long result = 0;

    if (socket == NULL)
        return error;
    message.data.left = piece.length < LINUX_TRANSFER_MAX ? piece.length : LINUX_TRANSFER_MAX;
    if (address != 0) {
        result = socket_address_load(&name, (const void *)address, (int)address_size);
        message.address = &name;
    }
    if (result == 0)
        result = socket_send(socket, &message);
    fd_put(&socket->file);
    return result;
}

long sys_recvfrom(long fd, long buffer, long size, long flags, long address, long address_size)
{
    struct linux_iovec piece = {(void *)buffer, (size_t)size};
    struct socket_address name;
    struct socket_message message = {.data = {.pieces = &piece}, .flags = (unsigned)flags};
    int error;
    struct socket *socket = socket_get(fd, &error);
    long result;

    if (socket == NULL)
        return error;
    message.data.left = piece.length < LINUX_TRANSFER_MAX ? piece.length : LINUX_TRANSFER_MAX;
    if (address != 0) {
        name.size = 0;
        message.address = &name;
    }
    result = socket_receive(socket, &message);
    if (result >= 0 && address != 0) {
        error = socket_address_store(&name, (void *)address, (uint32_t *)address_size);
        if (error < 0)
            result = error;
    }
    fd_put(&socket->file);
    return result;
}
