/*
 * A network card as an interface of lwIP's.
 */
#pragma once

#include <config.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/prot/ethernet.h>
#include <net_device.h>
#ifdef CONFIG_LIB_PACKET_FILTER
#include <packet_filter.h>
#endif

#define DEVICE_QUEUE 256u /* packets that wait to be sent; a power of two */

/* The first part of a packet, as it was when lwIP sent it: headers may be taken off again before it goes. */
struct device_packet {
    struct pbuf *p;
    void *start;
    u16_t length;
};

struct device {
    struct netif netif; /* first: lwIP's functions get it */
    struct net_client client;
    struct net_device *device;
    struct device_packet queue[DEVICE_QUEUE];
    unsigned first, count;
};

static inline struct device *device_of(struct net_client *client)
{
    return (struct device *)((char *)client - offsetof(struct device, client));
}

/*
 * Whether a frame may pass, of which `length` bytes are together at `frame`: a filter has its say about
 * packets of IP.
 */
static inline bool device_may_pass(bool outgoing, const void *frame, size_t length)
{
#ifdef CONFIG_LIB_PACKET_FILTER
    const struct eth_hdr *ethernet = frame;

    if (length < SIZEOF_ETH_HDR)
        return false;
    if (ethernet->type == PP_HTONS(ETHTYPE_IP) || ethernet->type == PP_HTONS(ETHTYPE_IPV6))
        return packet_filter_pass(outgoing ? PACKET_OUT : PACKET_IN, ethernet + 1, length - SIZEOF_ETH_HDR);
#else
    (void)outgoing;
    (void)frame;
    (void)length;
#endif
    return true;
}

/* device_receive.c */
void device_receive(struct net_client *client, struct net_buffer *packets);
