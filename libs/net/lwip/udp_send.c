/*
 * What goes out by a socket of UDP: a datagram, or, with UDP_SEGMENT (udp(7)), several of the same size.
 */
#include "udp_socket.h"

#include <errno.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/udp.h>
#include <string.h>

#include "large_packet.h"

#define PAYLOAD_MAX 65507 /* 65535 less 20 of IP and 8 of UDP */
#define SEGMENTS_MAX 64u  /* UDP_MAX_SEGMENTS of Linux 6.1 */
#define CMSG_ALIGNED(size) (((size) + 7u) & ~(size_t)7)

/* Where a call's datagrams go, and by what. */
struct way {
    ip_addr_t to;
    u16_t port;
    struct netif *netif;
};

static int find_way(struct udp_socket *socket, const struct socket_message *message, struct way *way)
{
    int error;

    if (message->address != NULL) {
        error = inet_address_load(&socket->inet.socket, message->address, &way->to, &way->port);
        if (error < 0)
            return error;
        if (way->port == 0)
            return -EINVAL;
        inet_address_for_any(&way->to);
    } else if (socket->pcb->flags & UDP_FLAGS_CONNECTED) {
        way->to = socket->pcb->remote_ip;
        way->port = socket->pcb->remote_port;
    } else {
        return -EDESTADDRREQ;
    }
    way->netif = ip_route(&socket->pcb->local_ip, &way->to);
    if (way->netif == NULL)
        return inet_error(ERR_RTE);
    if (!ip_get_option(socket->pcb, SOF_BROADCAST) && ip_addr_isbroadcast(&way->to, way->netif))
        return -EACCES;
    return 0;
}

/* The bytes of each datagram: the socket's, unless the call says otherwise; 0: all are one. */
static int segment_size(const struct udp_socket *socket, const struct socket_message *message, uint16_t *size)
{
    size_t left = message->control != NULL ? message->control_size : 0;
    const uint8_t *at = message->control;

    *size = socket->segment_size;
    while (left >= sizeof(struct linux_cmsghdr)) {
        const struct linux_cmsghdr *entry = (const struct linux_cmsghdr *)at;

        if (entry->length < sizeof(*entry) || entry->length > left)
            return -EINVAL;
        if (entry->level == LINUX_SOL_UDP) {
            if (entry->type != LINUX_UDP_SEGMENT || entry->length != sizeof(*entry) + sizeof(*size))
                return -EINVAL;
            memcpy(size, entry + 1, sizeof(*size));
        }
        if (CMSG_ALIGNED(entry->length) > left)
            break;
        at += CMSG_ALIGNED(entry->length);
        left -= CMSG_ALIGNED(entry->length);
    }
    return 0;
}

static int may_cut(const struct way *way, size_t size, uint16_t segment)
{
    unsigned headers = UDP_HLEN + (IP_IS_V6(&way->to) ? IP6_HLEN : IP_HLEN);

    if (headers + segment > way->netif->mtu || size > (size_t)segment * SEGMENTS_MAX)
        return -EINVAL;
    return 0;
}

/* Sends `size` bytes; with `joins` they may join those of the same call that wait. */
static int send_one(struct udp_socket *socket, struct socket_message *message, const struct way *way,
                    uint16_t size, uint16_t joins)
{
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);
    err_t result = ERR_OK;

    if (p == NULL)
        return -ENOBUFS;
    socket_data_take(&message->data, p->payload, size);
#ifdef CONFIG_LWIP_SEGMENTATION
    if (joins == 0 || !large_packet_append_datagram(way->netif, socket->pcb, p, joins, &way->to, way->port))
#else
    (void)joins;
#endif
        result = udp_sendto(socket->pcb, p, &way->to, way->port);
    pbuf_free(p);
    return result == ERR_OK ? 0 : inet_error(result);
}

long udp_socket_send(struct socket *from, struct socket_message *message)
{
    struct udp_socket *socket = udp_socket_of(from);
    size_t size = message->data.left, done = 0;
    uint16_t segment;
    struct way way;
    int error;

    if (from->error != 0)
        return socket_take_error(from);
    if (socket->inet.shut_write)
        return -EPIPE;
    if (message->flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    if (size > PAYLOAD_MAX)
        return -EMSGSIZE;
    error = segment_size(socket, message, &segment);
    if (error == 0)
        error = find_way(socket, message, &way);
    if (segment == 0 || size <= segment)
        segment = (uint16_t)size;
    else if (error == 0)
        error = may_cut(&way, size, segment);
    if (error < 0)
        return error;
    do {
        size_t part = size - done < segment ? size - done : segment;

        error = send_one(socket, message, &way, (uint16_t)part, done != 0 ? segment : 0);
        done += part;
    } while (error == 0 && done < size);
    interfaces_flush();
    return error < 0 ? error : (long)size;
}
