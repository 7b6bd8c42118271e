/*
 * Options: those that every socket has; the others are the family's.
 */
#include "calls.h"

#include <errno.h>
#include <linux_time.h>
#include <string.h>

#define OPTION_MAX 256 /* bytes; longer than any option */

long sys_setsockopt(long fd, long level, long name, long value, long size);
long sys_getsockopt(long fd, long level, long name, long value, long size);

/* struct timeval: seconds and microseconds, two 64-bit numbers. */
static int set_timeout(uint64_t *timeout, const void *value, uint32_t size)
{
    int64_t time[2];

    if (size < sizeof(time))
        return -EINVAL;
    memcpy(time, value, sizeof(time));
    if (time[1] < 0 || time[1] >= 1000000)
        return -EDOM;
    *timeout = 0;
    if (time[0] >= 0 && time[0] < INT32_MAX)
        *timeout = (uint64_t)time[0] * NANOSECONDS + (uint64_t)time[1] * 1000;
    else if (time[0] < 0)
        *timeout = 1; /* as Linux does: gives up at once */
    return 0;
}

static int set(struct socket *socket, int level, int name, const void *value, uint32_t size)
{
    if (level == LINUX_SOL_SOCKET) {
        if (name == LINUX_SO_RCVTIMEO)
            return set_timeout(&socket->receive_timeout, value, size);
        if (name == LINUX_SO_SNDTIMEO)
            return set_timeout(&socket->send_timeout, value, size);
        if (name == LINUX_SO_TYPE || name == LINUX_SO_DOMAIN || name == LINUX_SO_PROTOCOL ||
            name == LINUX_SO_ERROR)
            return -ENOPROTOOPT;
    }
    if (socket->ops->set_option == NULL)
        return -ENOPROTOOPT;
    return socket->ops->set_option(socket, level, name, value, size);
}

long sys_setsockopt(long fd, long level, long name, long value, long size)
{
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    if ((int)size < 0)
        result = -EINVAL;
    else
        result = set(socket, (int)level, (int)name, (const void *)value, (uint32_t)size);
    fd_put(&socket->file);
    return result;
}

static void tell(void *value, uint32_t *size, const void *from, uint32_t length)
{
    memcpy(value, from, length);
    *size = length;
}

static int get(struct socket *socket, int level, int name, void *value, uint32_t *size)
{
    int32_t number;
    uint64_t timeout;
    int64_t time[2];

    if (level != LINUX_SOL_SOCKET)
        goto family;
    switch (name) {
    case LINUX_SO_ERROR:
        number = -socket_take_error(socket);
        break;
    case LINUX_SO_TYPE:
        number = socket->type;
        break;
    case LINUX_SO_DOMAIN:
        number = socket->domain;
        break;
    case LINUX_SO_PROTOCOL:
        number = socket->protocol;
        break;
    case LINUX_SO_RCVTIMEO:
    case LINUX_SO_SNDTIMEO:
        timeout = name == LINUX_SO_RCVTIMEO ? socket->receive_timeout : socket->send_timeout;
        time[0] = (int64_t)(timeout / NANOSECONDS);
        time[1] = (int64_t)(timeout % NANOSECONDS / 1000);
        tell(value, size, time, sizeof(time));
        return 0;
    default:
        goto family;
    }
    tell(value, size, &number, sizeof(number));
    return 0;
family:
    if (socket->ops->get_option == NULL)
        return -ENOPROTOOPT;
    return socket->ops->get_option(socket, level, name, value, size);
}

long sys_getsockopt(long fd, long level, long name, long value, long size)
{
    char found[OPTION_MAX];
    uint32_t found_size = OPTION_MAX, *room = (uint32_t *)size;
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    if ((int32_t)*room < 0)
        result = -EINVAL;
    else
        result = get(socket, (int)level, (int)name, found, &found_size);
    fd_put(&socket->file);
    if (result == 0) {
        if (*room > found_size)
            *room = found_size;
        memcpy((void *)value, found, *room);
    }
    return result;
}
