/*
 * Packets that a card cuts up (segmentation offload): what TCP, or a datagram with UDP_SEGMENT, sends right
 * behind a packet that still waits in the queue of its card joins it there. TCP keeps its segments as they
 * are, each with its own place in the window, its own acknowledgement and its own repetition; the card gets
 * one packet with one header, of up to 64 KiB, and cuts it into the same segments again.
 */
#pragma once

#include <stdbool.h>

#include "device.h"

struct udp_pcb;

#ifdef CONFIG_LWIP_SEGMENTATION
/*
 * For a datagram of `data`, one pbuf without headers, of at most `size` bytes, from where `pcb` is to the
 * port of another: true, if it joined one that waits and that has had `size` bytes in each datagram so far.
 */
bool large_packet_append_datagram(struct netif *netif, const struct udp_pcb *pcb, struct pbuf *data,
                                  u16_t size, const ip_addr_t *to, u16_t port);

/* Describes a packet of the queue that is one of these, and puts the lengths into its headers. */
bool large_packet_describe(const struct device_packet *from, struct net_packet *packet);
#else
static inline bool large_packet_describe(const struct device_packet *from, struct net_packet *packet)
{
    (void)from;
    (void)packet;
    return false;
}
#endif

/*
 * device.c: puts the sum of the pseudo-header into the packet whose headers are all in its first part, for a
 * card that adds the rest; nothing if it is no packet of `protocol`.
 */
void device_prepare_checksum(const struct device_packet *from, u8_t protocol, struct net_packet *packet);
