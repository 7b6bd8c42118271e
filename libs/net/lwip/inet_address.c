/*
 * Addresses as applications and as lwIP know them.
 */
#include "inet_socket.h"

#include <config.h>
#include <errno.h>
#include <string.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define FIRST_FREE_PORT 1024 /* IPPORT_RESERVED: ip(7) */

#define SIZE6_MIN 24 /* sockaddr_in6 without its scope: SIN6_LEN_RFC2133 of Linux's net/ipv6.h */

int inet_address_load(const struct socket *socket, const struct socket_address *from, ip_addr_t *address,
                      u16_t *port)
{
    if (from->size < sizeof(uint16_t))
        return -EINVAL;
    if (from->family != socket->domain)
        return -EAFNOSUPPORT;
#if LWIP_IPV6
    if (socket->domain == LINUX_AF_INET6) {
        if (from->size < SIZE6_MIN)
            return -EINVAL;
        *port = lwip_ntohs(from->in6.port);
        memset(address, 0, sizeof(*address));
        memcpy(ip_2_ip6(address)->addr, from->in6.address, sizeof(from->in6.address));
        IP_SET_TYPE_VAL(*address, IPADDR_TYPE_V6);
        if (ip6_addr_isipv4mappedipv6(ip_2_ip6(address))) {
            u32_t four = ip_2_ip6(address)->addr[3];

            ip_addr_set_ip4_u32(address, four);
        } else if (from->size >= sizeof(from->in6) && ip6_addr_has_scope(ip_2_ip6(address), IP6_UNKNOWN)) {
            if (from->in6.scope_id > UINT8_MAX) /* not an interface's number (struct netif) */
                return -ENODEV;
            ip6_addr_set_zone(ip_2_ip6(address), (u8_t)from->in6.scope_id);
        }
        return 0;
    }
#endif
    if (from->size < sizeof(from->in))
        return -EINVAL;
    *port = lwip_ntohs(from->in.port);
    ip_addr_set_ip4_u32(address, from->in.address);
    return 0;
}

void inet_address_store(const struct socket *socket, const ip_addr_t *address, u16_t port,
                        struct socket_address *to)
{
    memset(&to->in6, 0, sizeof(to->in6));
    to->family = socket->domain;
    to->in.port = lwip_htons(port);
    to->size = sizeof(to->in);
#if LWIP_IPV6
    if (socket->domain == LINUX_AF_INET6) {
        ip6_addr_t six;

        ip6_addr_set_zero(&six);
        if (IP_GET_TYPE(address) == IPADDR_TYPE_V6) {
            six = *ip_2_ip6(address);
        } else if (!IP_IS_ANY_TYPE_VAL(*address) && !ip4_addr_isany_val(*ip_2_ip4(address))) {
            ip4_2_ipv4_mapped_ipv6(&six, ip_2_ip4(address));
        }
        memcpy(to->in6.address, six.addr, sizeof(to->in6.address));
        to->in6.scope_id = ip6_addr_zone(&six);
        to->size = sizeof(to->in6);
        return;
    }
#endif
    to->in.address = ip_2_ip4(address)->addr;
}

const ip_addr_t *inet_address_any(const struct inet_socket *socket)
{
#if LWIP_IPV6
    if (socket->socket.domain == LINUX_AF_INET6)
        return socket->only6 ? IP6_ADDR_ANY : IP_ANY_TYPE;
#endif
    (void)socket;
    return IP4_ADDR_ANY;
}

/* Each bit of address and port counts for all of the sum: neighbouring ports go to different sockets. */
static uint32_t stir(uint32_t sum)
{
    sum = (sum ^ sum >> 16) * 0x85ebca6bu;
    sum = (sum ^ sum >> 13) * 0xc2b2ae35u;
    return sum ^ sum >> 16;
}

unsigned inet_share(const ip_addr_t *from, u16_t port, unsigned count)
{
    uint32_t sum = stir(port);

#if LWIP_IPV6
    if (IP_IS_V6(from)) {
        for (unsigned i = 0; i < 4; i++)
            sum = stir(sum ^ ip_2_ip6(from)->addr[i]);
    } else
#endif
        sum = stir(sum ^ ip_2_ip4(from)->addr);
    return (unsigned)((uint64_t)sum * count >> 32);
}

int inet_error(err_t error)
{
    static const uint8_t numbers[] = {
        [-ERR_OK] = 0,
        [-ERR_MEM] = ENOBUFS,
        [-ERR_BUF] = ENOBUFS,
        [-ERR_TIMEOUT] = ETIMEDOUT,
        [-ERR_RTE] = ENETUNREACH,
        [-ERR_INPROGRESS] = EINPROGRESS,
        [-ERR_VAL] = EINVAL,
        [-ERR_WOULDBLOCK] = EAGAIN,
        [-ERR_USE] = EADDRINUSE,
        [-ERR_ALREADY] = EALREADY,
        [-ERR_ISCONN] = EISCONN,
        [-ERR_CONN] = ENOTCONN,
        [-ERR_IF] = ENETDOWN,
        [-ERR_ABRT] = ETIMEDOUT, /* given up after too many attempts */
        [-ERR_RST] = ECONNRESET,
        [-ERR_CLSD] = ENOTCONN,
        [-ERR_ARG] = EINVAL,
    };

    return -(int)numbers[-error];
}

int inet_address_local(const ip_addr_t *address)
{
    struct netif *netif;

    if (ip_addr_isany_val(*address) || ip_addr_ismulticast(address))
        return 0;
#if LWIP_IPV6
    if (IP_IS_V6(address)) {
        NETIF_FOREACH(netif)
        if (netif_get_ip6_addr_match(netif, ip_2_ip6(address)) >= 0)
            return 0;
        return -EADDRNOTAVAIL;
    }
#endif
    NETIF_FOREACH(netif)
    if (ip4_addr_cmp(ip_2_ip4(address), netif_ip4_addr(netif)))
        return 0;
    return -EADDRNOTAVAIL;
}

#ifdef CONFIG_LIB_USERS
int inet_port_may_be_taken(u16_t port)
{
    return port != 0 && port < FIRST_FREE_PORT && !users_are_root() ? -EACCES : 0;
}
#endif

void inet_address_for_any(ip_addr_t *address)
{
    if (!ip_addr_isany_val(*address))
        return;
#if LWIP_IPV6
    if (IP_IS_V6_VAL(*address)) {
        ip_addr_set_loopback(1, address);
        return;
    }
#endif
    ip4_addr_set_loopback(ip_2_ip4(address));
}
