/*
 * What lwIP calls at places where it lets others in.
 */
#pragma once

#include <config.h>
#include <lwip/ip_addr.h>
#include <stdbool.h>

/* RFC 6528: nobody can guess it who does not see the connection; it grows for each pair of ends. */
u32_t lwip_first_sequence_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
                                 u16_t remote_port);

/* configuration.c: DHCP names the servers that resolve names, from number 0 on. */
void dns_setserver(u8_t number, const ip_addr_t *server);

/* Packets to this machine itself take the loopback. */
struct netif;
struct netif *interfaces_route(const ip4_addr_t *to);

/* configuration6.c: who takes packets to other networks; NULL: a router that has said so. */
#if LWIP_IPV6 && LWIP_ETHERNET
const ip6_addr_t *configuration6_gateway(const struct netif *netif);
#endif

#ifdef CONFIG_LWIP_SEGMENTATION
/*
 * large_packet.c, for a segment that is ready to go out: true, if it joined the last packet in the card's
 * queue, which has the data in front of it, the same acknowledgement and the same window.
 */
struct tcp_pcb;
struct tcp_seg;
bool large_packet_append_segment(struct netif *netif, const struct tcp_pcb *pcb,
                                 const struct tcp_seg *segment);

/* ip4.c: the identification of the next packet (RFC 791, 3.1). */
extern u16_t ip_id;
#endif
