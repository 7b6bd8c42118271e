/*
 * What the stack of internet protocols tells others: its network interfaces, and how names are resolved.
 *
 * Sockets are the way to send and receive (socket_family.h). Addresses are in network byte order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NET_STACK_NAME_SIZE 16 /* bytes, with the NUL: IFNAMSIZ of Linux's include/uapi/linux/if.h */
#define NET_STACK_ADDRESSES6 3
#define NET_STACK_SERVERS 2

struct net_stack_interface {
    unsigned index; /* from 1; the loopback has 1 */
    char name[NET_STACK_NAME_SIZE];
    uint8_t hardware[6]; /* Ethernet address; all zeroes for the loopback */
    bool loopback;
    bool link;        /* up: packets can be sent */
    uint16_t mtu;     /* bytes */
    uint32_t address; /* IPv4; 0: none yet */
    uint32_t mask;
    uint32_t gateway; /* 0: none */
    unsigned address6_count;
    uint8_t address6[NET_STACK_ADDRESSES6][16];
};

/* The interface with the given index, or the next one behind it; false: there is none. */
bool net_stack_interface(unsigned index, struct net_stack_interface *interface);
