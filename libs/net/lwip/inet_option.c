/*
 * Options that sockets of all kinds have.
 */
#include "inet_socket.h"

#include <errno.h>
#include <lwip/ip.h>
#include <string.h>

int inet_option_number(const void *value, uint32_t size, int *number)
{
    if (size < sizeof(*number)) {
        /* As Linux does for IP_TTL and IP_TOS: one byte is a number, too. */
        if (size == 0)
            return -EINVAL;
        *number = *(const uint8_t *)value;
        return 0;
    }
    memcpy(number, value, sizeof(*number));
    return 0;
}

static void put(struct ip_pcb *pcb, uint8_t option, int on)
{
    if (pcb == NULL)
        return;
    if (on)
        ip_set_option(pcb, option);
    else
        ip_reset_option(pcb, option);
}

static int set_socket(struct inet_socket *socket, struct ip_pcb *pcb, int name, int value)
{
    switch (name) {
    /* lwIP lets sockets bind to one port if all of them have its option. Who may listen there, and who gets
     * what comes, is decided here. */
    case LINUX_SO_REUSEADDR:
        socket->reuse_address = value != 0;
        put(pcb, SOF_REUSEADDR, socket->reuse_address || socket->reuse_port);
        return 0;
    case LINUX_SO_REUSEPORT:
        socket->reuse_port = value != 0;
        put(pcb, SOF_REUSEADDR, socket->reuse_address || socket->reuse_port);
        return 0;
    case LINUX_SO_KEEPALIVE:
        put(pcb, SOF_KEEPALIVE, value);
        return 0;
    case LINUX_SO_BROADCAST:
        put(pcb, SOF_BROADCAST, value);
        return 0;
    case LINUX_SO_DONTROUTE:
    case LINUX_SO_OOBINLINE:
    case LINUX_SO_PRIORITY:
    case LINUX_SO_RCVLOWAT:
        return 0; /* nothing would change */
    default:
        return -ENOPROTOOPT;
    }
}

int inet_set_option(struct inet_socket *socket, struct ip_pcb *pcb, int level, int name, int value)
{
    if (level == LINUX_SOL_SOCKET)
        return set_socket(socket, pcb, name, value);
    if ((level == LINUX_SOL_IP && name == LINUX_IP_TTL) ||
        (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_UNICAST_HOPS)) {
        if (value == -1)
            value = IP_DEFAULT_TTL;
        if (value < 1 || value > 255)
            return -EINVAL;
        if (pcb != NULL)
            pcb->ttl = (u8_t)value;
        return 0;
    }
    if ((level == LINUX_SOL_IP && name == LINUX_IP_TOS) ||
        (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_TCLASS)) {
        if (pcb != NULL)
            pcb->tos = (u8_t)value;
        return 0;
    }
    if (level == LINUX_SOL_IP && (name == LINUX_IP_RECVERR || name == LINUX_IP_MTU_DISCOVER))
        return 0;
    if (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_V6ONLY && socket->socket.domain == LINUX_AF_INET6) {
        socket->only6 = value != 0;
        return 0;
    }
    return -ENOPROTOOPT;
}

int inet_get_option(struct inet_socket *socket, const struct ip_pcb *pcb, int level, int name, int *value)
{
    unsigned options = pcb != NULL ? pcb->so_options : 0;

    *value = 0;
    if (level == LINUX_SOL_SOCKET) {
        switch (name) {
        case LINUX_SO_REUSEADDR:
            *value = socket->reuse_address;
            return 0;
        case LINUX_SO_REUSEPORT:
            *value = socket->reuse_port;
            return 0;
        case LINUX_SO_KEEPALIVE:
            *value = (options & SOF_KEEPALIVE) != 0;
            return 0;
        case LINUX_SO_BROADCAST:
            *value = (options & SOF_BROADCAST) != 0;
            return 0;
        case LINUX_SO_DONTROUTE:
        case LINUX_SO_OOBINLINE:
        case LINUX_SO_PRIORITY:
            return 0;
        case LINUX_SO_RCVLOWAT:
        case LINUX_SO_SNDLOWAT:
            *value = 1;
            return 0;
        default:
            return -ENOPROTOOPT;
        }
    }
    if ((level == LINUX_SOL_IP && name == LINUX_IP_TTL) ||
        (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_UNICAST_HOPS))
        *value = pcb != NULL ? pcb->ttl : IP_DEFAULT_TTL;
    else if ((level == LINUX_SOL_IP && name == LINUX_IP_TOS) ||
             (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_TCLASS))
        *value = pcb != NULL ? pcb->tos : 0;
    else if (level == LINUX_SOL_IPV6 && name == LINUX_IPV6_V6ONLY && socket->socket.domain == LINUX_AF_INET6)
        *value = socket->only6;
    else
        return -ENOPROTOOPT;
    return 0;
}
