/*
 * Sockets of netlink: whoever sends a request gets the answer by receiving.
 */
#include "netlink_messages.h"

#include <errno.h>
#include <heap.h>
#include <socket.h>
#include <string.h>

#define REQUEST_MAX 512 /* bytes */
#define ANSWER_MAX 8192 /* bytes: NLMSG_GOODSIZE, and what the C library has room for */

struct netlink_name { /* struct sockaddr_nl */
    uint16_t family, pad;
    uint32_t port, groups;
};

struct netlink_socket {
    struct socket socket; /* first */
    uint32_t port;
    void *answer; /* NULL: none waits */
    size_t answer_size;
};

static struct netlink_socket *of(struct socket *socket)
{
    return (struct netlink_socket *)socket;
}

static int bind(struct socket *socket, const struct socket_address *address)
{
    struct netlink_name name;

    if (address->size < sizeof(name) || address->family != LINUX_AF_NETLINK)
        return -EINVAL;
    memcpy(&name, address->bytes, sizeof(name));
    if (name.groups != 0)
        return -EOPNOTSUPP; /* nobody tells of changes */
    if (name.port != 0)
        of(socket)->port = name.port;
    return 0;
}

static void put_name(uint32_t port, struct socket_address *address)
{
    struct netlink_name name = {.family = LINUX_AF_NETLINK, .port = port};

    memcpy(address->bytes, &name, sizeof(name));
    address->size = sizeof(name);
}

static int name(struct socket *socket, bool peer, struct socket_address *address)
{
    put_name(peer ? 0 : of(socket)->port, address);
    return 0;
}

static long send(struct socket *from, struct socket_message *message)
{
    struct netlink_socket *socket = of(from);
    size_t size = message->data.left;
    char request[REQUEST_MAX];
    void *answer;

    if (size > sizeof(request))
        return -EMSGSIZE;
    if (socket->answer != NULL)
        return -ENOBUFS; /* one question at a time */
    answer = heap_alloc(ANSWER_MAX);
    if (answer == NULL)
        return -ENOBUFS;
    socket_data_take(&message->data, request, size);
    socket->answer_size = netlink_answer(request, size, socket->port, answer, ANSWER_MAX);
    if (socket->answer_size == 0) {
        heap_free(answer); /* as Linux does with what is no message */
    } else {
        socket->answer = answer;
        readiness_notify(&from->readiness, READINESS_READABLE);
    }
    return (long)size;
}

static long receive(struct socket *from, struct socket_message *message)
{
    struct netlink_socket *socket = of(from);
    size_t size = socket->answer_size, full = size;
    unsigned flags = message->flags;

    message->flags = 0;
    message->control_size = 0;
    if (socket->answer == NULL)
        return -EAGAIN;
    if (size > message->data.left) {
        message->flags |= LINUX_MSG_TRUNC;
        size = message->data.left;
    }
    socket_data_put(&message->data, socket->answer, size);
    if (message->address != NULL)
        put_name(0, message->address);
    if (!(flags & LINUX_MSG_PEEK)) {
        heap_free(socket->answer);
        socket->answer = NULL;
    }
    return (long)(flags & LINUX_MSG_TRUNC ? full : size);
}

static int set_option(struct socket *socket, int level, int option, const void *value, uint32_t size)
{
    (void)socket;
    (void)option;
    (void)value;
    (void)size;
    return level == LINUX_SOL_SOCKET || level == LINUX_SOL_NETLINK ? 0 : -ENOPROTOOPT; /* hints */
}

static unsigned events(struct socket *socket)
{
    return READINESS_WRITABLE | (of(socket)->answer != NULL ? READINESS_READABLE : 0);
}

static void release(struct socket *socket)
{
    heap_free(of(socket)->answer);
    heap_free(socket);
}

static const struct socket_ops operations = {
    .bind = bind,
    .name = name,
    .send = send,
    .receive = receive,
    .set_option = set_option,
    .events = events,
    .release = release,
};

static int create(int domain, int type, int protocol, struct socket **made)
{
    static uint32_t last_port;
    struct netlink_socket *socket;

    if (domain != LINUX_AF_NETLINK)
        return -EAFNOSUPPORT;
    if (type != LINUX_SOCK_RAW && type != LINUX_SOCK_DGRAM)
        return -ESOCKTNOSUPPORT;
    if (protocol != NETLINK_ROUTE)
        return -EPROTONOSUPPORT;
    socket = heap_alloc(sizeof(*socket));
    if (socket == NULL)
        return -ENOMEM;
    memset(socket, 0, sizeof(*socket));
    socket_begin(&socket->socket, &operations, domain, type, protocol);
    socket->port = ++last_port;
    *made = &socket->socket;
    return 0;
}

const struct socket_family netlink_socket_family = {.create = create};
