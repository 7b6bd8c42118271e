/*
 * Messages in pieces, with ancillary data, and several of them in one call.
 */
#include "calls.h"

#include <clock.h>
#include <errno.h>
#include <linux_file.h>
#include <linux_time.h>
#include <wait_queue.h>

long sys_sendmsg(long fd, long message, long flags);
long sys_recvmsg(long fd, long message, long flags);
long sys_sendmmsg(long fd, long messages, long count, long flags);
long sys_recvmmsg(long fd, long messages, long count, long flags, long timeout);

static int load(struct socket_message *message, const struct linux_msghdr *header, unsigned flags)
{
    size_t sum = 0;

    if (header->piece_count > LINUX_IOV_MAX)
        return -EMSGSIZE;
    for (size_t i = 0; i < header->piece_count; i++)
        if (__builtin_add_overflow(sum, header->pieces[i].length, &sum) || (long)sum < 0)
            return -EINVAL;
    *message = (struct socket_message){
        .data = {.pieces = header->pieces, .left = sum < LINUX_TRANSFER_MAX ? sum : LINUX_TRANSFER_MAX},
        .control = header->control,
        .control_size = header->control != NULL ? header->control_length : 0,
        .flags = flags,
    };
    return message->control_size <= INT32_MAX ? 0 : -ENOBUFS;
}

static long send_one(struct socket *socket, const struct linux_msghdr *header, unsigned flags)
{
    struct socket_message message;
    struct socket_address name;
    int error = load(&message, header, flags);

    if (error == 0 && header->name != NULL && header->name_length != 0) {
        error = socket_address_load(&name, header->name, (int32_t)header->name_length);
        message.address = &name;
    }
    return error == 0 ? socket_send(socket, &message) : error;
}

static long receive_one(struct socket *socket, struct linux_msghdr *header, unsigned flags)
{
    struct socket_message message;
    struct socket_address name = {.size = 0};
    int error = load(&message, header, flags);
    long result;

    if (error < 0)
        return error;
    if (header->name != NULL)
        message.address = &name;
    result = socket_receive(socket, &message);
    if (result < 0)
        return result;
    error = socket_address_store(&name, header->name, &header->name_length);
    if (error < 0)
        return error;
    header->control_length = message.control_size;
    header->flags = message.flags;
    return result;
}

long sys_sendmsg(long fd, long message, long flags)
{
    int error;
    struct socket *socket = socket_get(fd, &error);
    long result;

    if (socket == NULL)
        return error;
    result = send_one(socket, (const struct linux_msghdr *)message, (unsigned)flags);
    fd_put(&socket->file);
    return result;
}

long sys_recvmsg(long fd, long message, long flags)
{
    int error;
    struct socket *socket = socket_get(fd, &error);
    long result;

    if (socket == NULL)
        return error;
    result = receive_one(socket, (struct linux_msghdr *)message, (unsigned)flags);
    fd_put(&socket->file);
    return result;
}

long sys_sendmmsg(long fd, long messages, long count, long flags)
{
    struct linux_mmsghdr *list = (struct linux_mmsghdr *)messages;
    unsigned limit = (unsigned)count < LINUX_IOV_MAX ? (unsigned)count : LINUX_IOV_MAX, done;
    int error;
    struct socket *socket = socket_get(fd, &error);
    long result = 0;

    if (socket == NULL)
        return error;
    for (done = 0; done < limit; done++) {
        result = send_one(socket, &list[done].header, (unsigned)flags);
        if (result < 0)
            break;
        list[done].length = (uint32_t)result;
    }
    fd_put(&socket->file);
    return done != 0 ? (long)done : result;
}

/* Linux looks at the time-out only when a message has come, and so do we. */
long sys_recvmmsg(long fd, long messages, long count, long flags, long timeout)
{
    const struct linux_timespec *time = (const struct linux_timespec *)timeout;
    struct linux_mmsghdr *list = (struct linux_mmsghdr *)messages;
    unsigned limit = (unsigned)count < LINUX_IOV_MAX ? (unsigned)count : LINUX_IOV_MAX, done;
    uint64_t deadline = WAIT_FOR_EVER;
    int error;
    struct socket *socket;
    long result = 0;

    if (time != NULL) {
        if (time->seconds < 0 || time->nanoseconds < 0 || time->nanoseconds >= 1000000000)
            return -EINVAL;
        if (time->seconds < INT32_MAX)
            deadline = clock_monotonic() + (uint64_t)time->seconds * 1000000000 + (uint64_t)time->nanoseconds;
    }
    socket = socket_get(fd, &error);
    if (socket == NULL)
        return error;
    for (done = 0; done < limit; done++) {
        result = receive_one(socket, &list[done].header, (unsigned)flags);
        if (result < 0)
            break;
        list[done].length = (uint32_t)result;
        if (flags & LINUX_MSG_WAITFORONE)
            flags |= LINUX_MSG_DONTWAIT;
        if (deadline != WAIT_FOR_EVER && clock_monotonic() >= deadline) {
            done++;
            break;
        }
    }
    fd_put(&socket->file);
    return done != 0 ? (long)done : result;
}
