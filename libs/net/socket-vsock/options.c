#include "socket_vsock.h"

#include <errno.h>
#include <string.h>

#define NANOSECONDS UINT64_C(1000000000)
#define PATIENCE_USUAL (2 * NANOSECONDS) /* Linux's VSOCK_DEFAULT_CONNECT_TIMEOUT */

/* vsock_update_buffer_size() in Linux: the limits move the size. */
static void set_buffer(struct vsock_socket *self, uint64_t size)
{
    size = size > self->buffer_most ? self->buffer_most : size;
    self->buffer = size < self->buffer_least ? self->buffer_least : size;
    vsock_set_buffer(&self->end, self->buffer);
}

/* struct timeval: seconds and microseconds. */
static int set_patience(struct vsock *end, const void *value, uint32_t size)
{
    int64_t time[2];

    if (size < sizeof(time))
        return -EINVAL;
    memcpy(time, value, sizeof(time));
    if (time[0] < 0 || time[0] > INT32_MAX || time[1] < 0 || time[1] >= 1000000)
        return -ERANGE;
    end->connect_patience = (uint64_t)time[0] * NANOSECONDS + (uint64_t)time[1] * 1000;
    if (end->connect_patience == 0)
        end->connect_patience = PATIENCE_USUAL;
    return 0;
}

static int set_own(struct vsock_socket *self, int name, const void *value, uint32_t size)
{
    uint64_t number;

    if (name == LINUX_SO_VM_CONNECT_TIMEOUT_OLD || name == LINUX_SO_VM_CONNECT_TIMEOUT_NEW)
        return set_patience(&self->end, value, size);
    if (name != LINUX_SO_VM_BUFFER_SIZE && name != LINUX_SO_VM_BUFFER_MIN_SIZE &&
        name != LINUX_SO_VM_BUFFER_MAX_SIZE)
        return -ENOPROTOOPT;
    if (size < sizeof(number))
        return -EINVAL;
    memcpy(&number, value, sizeof(number));
    if (name == LINUX_SO_VM_BUFFER_MIN_SIZE)
        self->buffer_least = number;
    else if (name == LINUX_SO_VM_BUFFER_MAX_SIZE)
        self->buffer_most = number;
    set_buffer(self, name == LINUX_SO_VM_BUFFER_SIZE ? number : self->buffer);
    return 0;
}

int vsock_socket_set_option(struct socket *socket, int level, int name, const void *value, uint32_t size)
{
    if (level == LINUX_AF_VSOCK)
        return set_own(vsock_socket_of(socket), name, value, size);
    if (level != LINUX_SOL_SOCKET)
        return -ENOPROTOOPT;
    switch (name) {
    case LINUX_SO_LINGER:
        return size >= sizeof(struct linux_linger) ? 0 : -EINVAL;
    case LINUX_SO_SNDBUF:
    case LINUX_SO_RCVBUF:
    case LINUX_SO_REUSEADDR:
    case LINUX_SO_REUSEPORT:
    case LINUX_SO_KEEPALIVE:
    case LINUX_SO_PRIORITY:
    case LINUX_SO_RCVLOWAT:
        return size >= sizeof(int32_t) ? 0 : -EINVAL; /* means nothing here, as on Linux */
    default:
        return -ENOPROTOOPT;
    }
}

static int get_own(const struct vsock_socket *self, int name, void *value, uint32_t *size)
{
    uint64_t number;
    int64_t time[2];

    switch (name) {
    case LINUX_SO_VM_BUFFER_SIZE:
        number = self->buffer;
        break;
    case LINUX_SO_VM_BUFFER_MIN_SIZE:
        number = self->buffer_least;
        break;
    case LINUX_SO_VM_BUFFER_MAX_SIZE:
        number = self->buffer_most;
        break;
    case LINUX_SO_VM_CONNECT_TIMEOUT_OLD:
    case LINUX_SO_VM_CONNECT_TIMEOUT_NEW:
        time[0] = (int64_t)(self->end.connect_patience / NANOSECONDS);
        time[1] = (int64_t)(self->end.connect_patience % NANOSECONDS / 1000);
        memcpy(value, time, sizeof(time));
        *size = sizeof(time);
        return 0;
    default:
        return -ENOPROTOOPT;
    }
    memcpy(value, &number, sizeof(number));
    *size = sizeof(number);
    return 0;
}

int vsock_socket_get_option(struct socket *socket, int level, int name, void *value, uint32_t *size)
{
    const struct vsock_socket *self = vsock_socket_of(socket);
    int32_t number = 0;

    if (level == LINUX_AF_VSOCK)
        return get_own(self, name, value, size);
    if (level != LINUX_SOL_SOCKET)
        return -ENOPROTOOPT;
    switch (name) {
    case LINUX_SO_ACCEPTCONN:
        number = self->end.state == VSOCK_LISTENING;
        break;
    case LINUX_SO_SNDBUF:
    case LINUX_SO_RCVBUF:
        number = (int32_t)self->buffer;
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
    case LINUX_SO_PRIORITY:
        break;
    default:
        return -ENOPROTOOPT;
    }
    memcpy(value, &number, sizeof(number));
    *size = sizeof(number);
    return 0;
}

long vsock_socket_control(struct socket *socket, unsigned long request, void *argument)
{
    const struct vsock *end = &vsock_socket_of(socket)->end;
    size_t bytes;

    switch (request) {
    case LINUX_FIONREAD:
        bytes = end->type == VSOCK_STREAM ? end->queue.size : 0;
        break;
    case LINUX_TIOCOUTQ:
        bytes = end->sent - end->peer_forwarded;
        break;
    default:
        return -ENOTTY;
    }
    *(int *)argument = (int)bytes;
    return 0;
}
