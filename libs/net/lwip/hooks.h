/*
 * What lwIP calls at places where it lets others in.
 */
#pragma once

#include <lwip/ip_addr.h>

/* RFC 6528: nobody can guess it who does not see the connection; it grows for each pair of ends. */
u32_t lwip_first_sequence_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
                                 u16_t remote_port);

/* configuration.c: DHCP names the servers that resolve names, from number 0 on. */
void dns_setserver(u8_t number, const ip_addr_t *server);

/* Packets to this machine itself take the loopback. */
struct netif;
struct netif *interfaces_route(const ip4_addr_t *to);
