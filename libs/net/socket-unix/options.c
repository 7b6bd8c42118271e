#include "unix_socket.h"

#include <errno.h>
#include <string.h>

#define BUFFER_MIN 4608 /* SOCK_MIN_SNDBUF in Linux's include/net/sock.h, about */

int unix_set_option(struct socket *socket, int level, int name, const void *value, uint32_t size)
{
    struct unix_socket *self = unix_of(socket);
    int32_t number;

    if (level != LINUX_SOL_SOCKET)
        return level == LINUX_SOL_TCP ? -EOPNOTSUPP : -ENOPROTOOPT;
    if (name == LINUX_SO_LINGER)
        return size >= sizeof(struct linux_linger) ? 0 : -EINVAL;
    if (size < sizeof(number))
        return -EINVAL;
    memcpy(&number, value, sizeof(number));
    switch (name) {
    case LINUX_SO_PASSCRED:
        self->credentials = number != 0;
        return 0;
    case LINUX_SO_SNDBUF:
    case LINUX_SO_SNDBUFFORCE:
        /* Twice what is asked for, as socket(7) says; never less than a message and never more than doubled.
         */
        number = number < 0 || (uint32_t)number > UNIX_BUFFER ? (int32_t)UNIX_BUFFER : number;
        self->buffer = 2 * (uint32_t)number > BUFFER_MIN ? 2 * (uint32_t)number : BUFFER_MIN;
        return 0;
    case LINUX_SO_RCVBUF:
    case LINUX_SO_RCVBUFFORCE:
    case LINUX_SO_REUSEADDR:
    case LINUX_SO_REUSEPORT:
    case LINUX_SO_KEEPALIVE:
    case LINUX_SO_BROADCAST:
    case LINUX_SO_OOBINLINE:
    case LINUX_SO_PRIORITY:
    case LINUX_SO_DONTROUTE:
    case LINUX_SO_RCVLOWAT:
        return 0; /* means nothing here, as on Linux */
    default:
        return -ENOPROTOOPT;
    }
}

int unix_get_option(struct socket *socket, int level, int name, void *value, uint32_t *size)
{
    const struct unix_socket *self = unix_of(socket);
    struct linux_ucred peer = {.pid = UNIX_PROCESS};
    int32_t number = 0;

    if (level != LINUX_SOL_SOCKET)
        return level == LINUX_SOL_TCP ? -EOPNOTSUPP : -ENOPROTOOPT;
    switch (name) {
    case LINUX_SO_PEERCRED:
#ifdef CONFIG_LIB_USERS
        peer = self->peer_credentials;
#endif
        if (!self->connected && self->peer == NULL && !self->listening)
            peer = (struct linux_ucred){.pid = 0, .uid = UINT32_MAX, .gid = UINT32_MAX};
        memcpy(value, &peer, sizeof(peer));
        *size = sizeof(peer);
        return 0;
    case LINUX_SO_ACCEPTCONN:
        number = self->listening;
        break;
    case LINUX_SO_PASSCRED:
        number = self->credentials;
        break;
    case LINUX_SO_SNDBUF:
        number = (int32_t)self->buffer;
        break;
    case LINUX_SO_RCVBUF:
        number = (int32_t)UNIX_BUFFER;
        break;
    case LINUX_SO_RCVLOWAT:
        number = 1;
        break;
    case LINUX_SO_LINGER:
        memset(value, 0, sizeof(struct linux_linger));
        *size = sizeof(struct linux_linger);
        return 0;
    case LINUX_SO_REUSEADDR:
    case LINUX_SO_REUSEPORT:
    case LINUX_SO_KEEPALIVE:
    case LINUX_SO_BROADCAST:
    case LINUX_SO_OOBINLINE:
    case LINUX_SO_PRIORITY:
    case LINUX_SO_DONTROUTE:
        break;
    default:
        return -ENOPROTOOPT;
    }
    memcpy(value, &number, sizeof(number));
    *size = sizeof(number);
    return 0;
}

long unix_control(struct socket *socket, unsigned long request, void *argument)
{
    const struct unix_socket *self = unix_of(socket);
    size_t waiting;

    switch (request) {
    case LINUX_FIONREAD:
        if (self->listening)
            return -EINVAL;
        waiting = self->queued;
        if (self->socket.type == LINUX_SOCK_DGRAM)
            waiting = self->first != NULL ? self->first->size : 0;
        break;
    case LINUX_TIOCOUTQ:
        waiting = self->peer != NULL ? self->peer->queued : 0;
        break;
    default:
        return -ENOTTY;
    }
    *(int *)argument = (int)waiting;
    return 0;
}
