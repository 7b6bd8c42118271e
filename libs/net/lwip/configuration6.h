/*
 * The first card's addresses of IPv6: one of its own link, those that routers let it make (RFC 4862), and one
 * of the kernel's command line.
 *
 *     net.ip6=fd00:1::2/64     the address; networks have 64 bits
 *     net.gateway6=fd00:1::1   where packets to other networks go; without, to the routers that say they are
 * some
 */
#pragma once

#include <lwip/ip6_addr.h>

struct netif;

/* -EINVAL if the command line says what is no address. */
int configuration6_start(struct netif *netif);
