#include "inet_socket.h"

#include <errno.h>

#define PROTOCOL_TCP 6 /* IANA, "Assigned Internet Protocol Numbers" */
#define PROTOCOL_UDP 17

static int create(int domain, int type, int protocol, struct socket **socket)
{
    if (domain != LINUX_AF_INET && (domain != LINUX_AF_INET6 || !LWIP_IPV6))
        return -EAFNOSUPPORT;
    switch (type) {
    case LINUX_SOCK_STREAM:
        return protocol == 0 || protocol == PROTOCOL_TCP ? tcp_socket_create(domain, socket)
                                                         : -EPROTONOSUPPORT;
    case LINUX_SOCK_DGRAM:
        return protocol == 0 || protocol == PROTOCOL_UDP ? udp_socket_create(domain, socket)
                                                         : -EPROTONOSUPPORT;
    default:
        return -ESOCKTNOSUPPORT;
    }
}

const struct socket_family lwip_socket_family = {.create = create};
