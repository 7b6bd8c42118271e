/*
 * The interface to this machine itself: 127.0.0.1, and its other addresses.
 */
#include "interfaces.h"

#include <config.h>
#include <lwip/ip.h>
#include <lwip/pbuf.h>

#define MTU 65535
#define CHECKED 0 /* nothing can go wrong on the way: no checksums */

struct netif loopback_interface;

/* Copies, one pbuf each, linked by `next`. */
static struct pbuf *first, **end = &first;

#if CONFIG_LWIP_LOOPBACK_LOSS
static bool is_lost(void)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223; /* Numerical Recipes' generator: the upper bits are good enough */
    return (state >> 16) % 1000 < CONFIG_LWIP_LOOPBACK_LOSS;
}
#endif

static err_t output(struct netif *netif, struct pbuf *p)
{
    struct pbuf *copy;

    (void)netif;
#if CONFIG_LWIP_LOOPBACK_LOSS
    if (is_lost())
        return ERR_OK;
#endif
    copy = pbuf_clone(PBUF_RAW, PBUF_RAM, p); /* the sender keeps its own, which TCP may send again */
    if (copy == NULL)
        return ERR_MEM;
    *end = copy;
    end = &copy->next;
    return ERR_OK;
}

static err_t output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
    (void)to;
    return output(netif, p);
}

#if LWIP_IPV6
static err_t output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
    (void)to;
    return output(netif, p);
}
#endif

bool loopback_deliver(void)
{
    struct pbuf *p = first;

    if (p == NULL)
        return false;
    first = p->next;
    if (first == NULL)
        end = &first;
    p->next = NULL;
    if (loopback_interface.input(p, &loopback_interface) != ERR_OK)
        pbuf_free(p);
    return true;
}

static err_t setup(struct netif *netif)
{
    netif->name[0] = 'l';
    netif->name[1] = 'o';
    netif->mtu = MTU;
    netif->output = output4;
#if LWIP_IPV6
    netif->output_ip6 = output6;
#endif
    NETIF_SET_CHECKSUM_CTRL(netif, CHECKED);
    return ERR_OK;
}

void loopback_start(void)
{
    ip4_addr_t address, mask, none;

    IP4_ADDR(&address, 127, 0, 0, 1);
    IP4_ADDR(&mask, 255, 0, 0, 0);
    ip4_addr_set_zero(&none);
    netif_add(&loopback_interface, &address, &mask, &none, NULL, setup, ip_input);
#if LWIP_IPV6
    IP_ADDR6_HOST(loopback_interface.ip6_addr, 0, 0, 0, 1);
    loopback_interface.ip6_addr_state[0] = IP6_ADDR_VALID;
#endif
    netif_set_link_up(&loopback_interface);
    netif_set_up(&loopback_interface);
}
