/*
 * The network interfaces, and when what they hold back goes out.
 *
 * Packets that lwIP sends are collected, and go out together by interfaces_flush(): at the end of every call
 * on a socket, of every batch of packets that came in, and of every timer. Packets to this machine itself
 * come in there, too; so none of lwIP's functions is entered while another one runs.
 */
#pragma once

#include <lwip/netif.h>
#include <stdbool.h>
#include <stdint.h>

extern struct netif loopback_interface;

void loopback_start(void);
/* Lets in what was sent to this machine itself; false if there was nothing. */
bool loopback_deliver(void);

/* Opens all network cards; -errno. */
int devices_start(void);
/* Hands what has been collected to the cards. */
void devices_flush(void);
/* Takes back what the cards have sent. */
void devices_reclaim(void);
struct netif *devices_first(void);

void interfaces_flush(void);

/*
 * Cards hand back what they have sent when something else is sent or comes in. TCP does not repeat a segment
 * that a card still holds: before it looks for what is overdue, they are asked, or a connection whose last
 * segments or their acknowledgements got lost would wait for ever.
 */
void interfaces_reclaim(void);

/* The loopback if an address is this machine's own; NULL: lwIP finds the way. */
struct netif *interfaces_route(const ip4_addr_t *to);
