#include "interfaces.h"

#include <format.h>
#include <lwip/netif.h>
#include <net_stack.h>
#include <string.h>

#include "hooks.h"

void interfaces_flush(void)
{
    while (loopback_deliver())
        ;
#if LWIP_ETHERNET
    devices_flush();
#endif
}

void interfaces_reclaim(void)
{
#if LWIP_ETHERNET
    devices_reclaim();
#endif
}

struct netif *interfaces_route(const ip4_addr_t *to)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    if (ip4_addr_cmp(to, netif_ip4_addr(netif)) && !ip4_addr_isany_val(*to))
        return &loopback_interface;
    return NULL;
}

static void describe(struct netif *netif, struct net_stack_interface *interface)
{
    *interface = (struct net_stack_interface){
        .index = netif_get_index(netif),
        .loopback = netif == &loopback_interface,
        .link = netif_is_up(netif) && netif_is_link_up(netif),
        .mtu = netif->mtu,
        .address = netif_ip4_addr(netif)->addr,
        .mask = netif_ip4_netmask(netif)->addr,
        .gateway = netif_ip4_gw(netif)->addr,
    };
    memcpy(interface->hardware, netif->hwaddr, sizeof(interface->hardware));
    if (interface->loopback)
        format(interface->name, sizeof(interface->name), "lo");
    else
        format(interface->name, sizeof(interface->name), "eth%u", netif->num - 1u); /* the loopback is 0 */
#if LWIP_IPV6
    for (int i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) &&
            interface->address6_count < NET_STACK_ADDRESSES6)
            memcpy(interface->address6[interface->address6_count++], netif_ip6_addr(netif, i)->addr, 16);
#endif
}

bool net_stack_interface(unsigned index, struct net_stack_interface *interface)
{
    struct netif *netif, *next = NULL;

    NETIF_FOREACH(netif)
    if (netif_get_index(netif) >= index && (next == NULL || netif_get_index(netif) < netif_get_index(next)))
        next = netif;
    if (next != NULL)
        describe(next, interface);
    return next != NULL;
}
