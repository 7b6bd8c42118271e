/*
 * Sockets of UDP.
 */
#include "udp_socket.h"

#include <errno.h>
#include <heap.h>
#include <lwip/udp.h>
#include <string.h>

#define DATAGRAM_COST 256 /* bytes that a datagram counts for besides its own: what describes it */

static void came(void *argument, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port);

static bool shares(const struct udp_pcb *at, const struct udp_pcb *pcb)
{
    const struct udp_socket *socket = at->recv == came ? at->recv_arg : NULL;

    return socket != NULL && socket->inet.reuse_port && at->local_port == pcb->local_port &&
           !(at->flags & UDP_FLAGS_CONNECTED) && ip_addr_cmp(&at->local_ip, &pcb->local_ip);
}

/* Which of the sockets that share a port gets what comes from there: lwIP has found the first. */
static struct udp_socket *chosen(const struct udp_pcb *first, const ip_addr_t *from, u16_t port)
{
    const struct udp_pcb *at;
    unsigned count = 0, place;

    for (at = udp_pcbs; at != NULL; at = at->next)
        count += shares(at, first);
    place = inet_share(from, port, count);
    for (at = udp_pcbs; !shares(at, first) || place-- > 0;)
        at = at->next;
    return at->recv_arg;
}

static void came(void *argument, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port)
{
    struct udp_socket *socket = argument;
    struct datagram *datagram = NULL;

    if (shares(pcb, pcb))
        socket = chosen(pcb, from, port);
    if (socket->held + p->tot_len + DATAGRAM_COST <= socket->limit && !socket->inet.shut_read)
        datagram = heap_alloc(sizeof(*datagram));
    if (datagram == NULL) {
        pbuf_free(p);
        return;
    }
    *datagram = (struct datagram){.p = p, .from = *from, .port = port};
    *socket->received_end = datagram;
    socket->received_end = &datagram->next;
    socket->held += p->tot_len + DATAGRAM_COST;
    readiness_notify(&socket->inet.socket.readiness, READINESS_READABLE);
}

static void drop_first(struct udp_socket *socket)
{
    struct datagram *datagram = socket->received;

    socket->received = datagram->next;
    if (socket->received == NULL)
        socket->received_end = &socket->received;
    socket->held -= datagram->p->tot_len + DATAGRAM_COST;
    pbuf_free(datagram->p);
    heap_free(datagram);
}

static int bind(struct socket *from, const struct socket_address *address)
{
    struct udp_socket *socket = udp_socket_of(from);
    ip_addr_t ip;
    u16_t port;
    int error = inet_address_load(from, address, &ip, &port);

    if (error == 0)
        error = inet_address_local(&ip);
#ifdef CONFIG_LIB_USERS
    if (error == 0)
        error = inet_port_may_be_taken(port);
#endif
    if (error < 0)
        return error;
    if (socket->pcb->local_port != 0)
        return -EINVAL;
    return inet_error(
        udp_bind(socket->pcb, ip_addr_isany_val(ip) ? inet_address_any(&socket->inet) : &ip, port));
}

static int connect(struct socket *from, const struct socket_address *address)
{
    struct udp_socket *socket = udp_socket_of(from);
    ip_addr_t ip;
    u16_t port;
    int error;

    if (address->size >= sizeof(uint16_t) && address->family == LINUX_AF_UNSPEC) {
        udp_disconnect(socket->pcb);
        return 0;
    }
    error = inet_address_load(from, address, &ip, &port);
    if (error < 0)
        return error;
    inet_address_for_any(&ip);
    if (ip_route(&socket->pcb->local_ip, &ip) == NULL)
        return -ENETUNREACH;
    return inet_error(udp_connect(socket->pcb, &ip, port));
}

static int name(struct socket *from, bool peer, struct socket_address *address)
{
    struct udp_pcb *pcb = udp_socket_of(from)->pcb;
    struct netif *netif;

    if (!peer) {
        const ip_addr_t *local = &pcb->local_ip;

        /* A connected socket has the address that its datagrams go out with. */
        if ((pcb->flags & UDP_FLAGS_CONNECTED) && ip_addr_isany(local)) {
            netif = ip_route(local, &pcb->remote_ip);
            if (netif != NULL)
                local = ip_netif_get_local_ip(netif, &pcb->remote_ip);
        }
        inet_address_store(from, local, pcb->local_port, address);
        return 0;
    }
    if (!(pcb->flags & UDP_FLAGS_CONNECTED))
        return -ENOTCONN;
    inet_address_store(from, &pcb->remote_ip, pcb->remote_port, address);
    return 0;
}

static long receive(struct socket *from, struct socket_message *message)
{
    struct udp_socket *socket = udp_socket_of(from);
    struct datagram *datagram = socket->received;
    unsigned flags = message->flags;
    size_t size, done = 0;

    message->flags = 0;
    message->control_size = 0;
    if (flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    if (from->error != 0)
        return socket_take_error(from);
    if (datagram == NULL)
        return socket->inet.shut_read ? 0 : -EAGAIN;
    size = datagram->p->tot_len;
    if (size > message->data.left) {
        message->flags |= LINUX_MSG_TRUNC;
        size = message->data.left;
    }
    for (struct pbuf *p = datagram->p; done < size; p = p->next) {
        size_t part = p->len < size - done ? p->len : size - done;

        socket_data_put(&message->data, p->payload, part);
        done += part;
    }
    if (message->address != NULL)
        inet_address_store(from, &datagram->from, datagram->port, message->address);
    if (flags & LINUX_MSG_TRUNC)
        done = datagram->p->tot_len;
    if (!(flags & LINUX_MSG_PEEK))
        drop_first(socket);
    return (long)done;
}

static int shutdown(struct socket *from, int how)
{
    struct udp_socket *socket = udp_socket_of(from);

    if (!(socket->pcb->flags & UDP_FLAGS_CONNECTED))
        return -ENOTCONN;
    if (how != LINUX_SHUT_WR)
        socket->inet.shut_read = true;
    if (how != LINUX_SHUT_RD)
        socket->inet.shut_write = true;
    readiness_notify(&from->readiness, READINESS_READABLE | READINESS_WRITABLE | READINESS_RDHUP);
    return 0;
}

static int set_option(struct socket *from, int level, int option, const void *value, uint32_t size)
{
    struct udp_socket *socket = udp_socket_of(from);
    int number, error = inet_option_number(value, size, &number);

    if (error < 0)
        return error;
    if (level == LINUX_SOL_SOCKET) {
        switch (option) {
        case LINUX_SO_RCVBUF:
        case LINUX_SO_RCVBUFFORCE:
            /* Twice what is asked for, at least 2,304: net/core/sock.c, __sock_set_rcvbuf(). */
            socket->limit = number < 1152          ? 2304
                            : number > INET_BUFFER ? 2 * INET_BUFFER
                                                   : 2 * (uint32_t)number;
            return 0;
        case LINUX_SO_SNDBUF:
        case LINUX_SO_SNDBUFFORCE:
        case LINUX_SO_LINGER:
            return 0; /* nothing is held back */
        default:
            break;
        }
    }
    if (level == LINUX_SOL_UDP && option == LINUX_UDP_SEGMENT) {
        if (number < 0 || number > UINT16_MAX)
            return -EINVAL;
        socket->segment_size = (uint16_t)number;
        return 0;
    }
    return inet_set_option(&socket->inet, (struct ip_pcb *)socket->pcb, level, option, number);
}

static int get_option(struct socket *from, int level, int option, void *value, uint32_t *size)
{
    struct udp_socket *socket = udp_socket_of(from);
    int number, error = 0;

    if (level == LINUX_SOL_SOCKET && option == LINUX_SO_RCVBUF)
        number = (int)socket->limit;
    else if (level == LINUX_SOL_SOCKET && option == LINUX_SO_SNDBUF)
        number = INET_BUFFER;
    else if (level == LINUX_SOL_SOCKET && option == LINUX_SO_ACCEPTCONN)
        number = 0;
    else if (level == LINUX_SOL_UDP && option == LINUX_UDP_SEGMENT)
        number = socket->segment_size;
    else
        error = inet_get_option(&socket->inet, (const struct ip_pcb *)socket->pcb, level, option, &number);
    if (error == 0) {
        memcpy(value, &number, sizeof(number));
        *size = sizeof(number);
    }
    return error;
}

static long control(struct socket *from, unsigned long request, void *argument)
{
    struct udp_socket *socket = udp_socket_of(from);

    if (request == LINUX_FIONREAD)
        *(int32_t *)argument = socket->received != NULL ? socket->received->p->tot_len : 0;
    else if (request == LINUX_TIOCOUTQ)
        *(int32_t *)argument = 0;
    else
        return -ENOTTY;
    return 0;
}

static unsigned events(struct socket *from)
{
    struct udp_socket *socket = udp_socket_of(from);
    unsigned events = READINESS_WRITABLE;

    if (socket->received != NULL)
        events |= READINESS_READABLE;
    if (socket->inet.shut_read)
        events |= READINESS_READABLE | READINESS_RDHUP;
    if (socket->inet.shut_read && socket->inet.shut_write)
        events |= READINESS_HUP;
    if (from->error != 0)
        events |= READINESS_ERR;
    return events;
}

static void release(struct socket *from)
{
    struct udp_socket *socket = udp_socket_of(from);

    udp_remove(socket->pcb);
    while (socket->received != NULL)
        drop_first(socket);
    heap_free(socket);
    LWIP_ACCOUNT(sockets, -1);
}

static const struct socket_ops operations = {
    .bind = bind,
    .connect = connect,
    .name = name,
    .send = udp_socket_send,
    .receive = receive,
    .shutdown = shutdown,
    .set_option = set_option,
    .get_option = get_option,
    .control = control,
    .events = events,
    .release = release,
};

int udp_socket_create(int domain, struct socket **made)
{
    struct udp_socket *socket = heap_alloc(sizeof(*socket));

    if (socket == NULL)
        return -ENOMEM;
    memset(socket, 0, sizeof(*socket));
    socket->pcb = udp_new_ip_type(domain == LINUX_AF_INET6 ? IPADDR_TYPE_ANY : IPADDR_TYPE_V4);
    if (socket->pcb == NULL) {
        heap_free(socket);
        return -ENOBUFS;
    }
    socket_begin(&socket->inet.socket, &operations, domain, LINUX_SOCK_DGRAM, IP_PROTO_UDP);
    socket->received_end = &socket->received;
    socket->limit = INET_BUFFER;
    udp_recv(socket->pcb, came, socket);
    *made = &socket->inet.socket;
    LWIP_ACCOUNT(sockets, 1);
    return 0;
}
