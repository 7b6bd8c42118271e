/*
 * A network card as an interface of lwIP's.
 */
#pragma once

#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <net_device.h>

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

/* device_receive.c */
void device_receive(struct net_client *client, struct net_buffer *packets);
