/*
 * Sockets of UDP.
 */
#pragma once

#include <lwip/udp.h>

#include "inet_socket.h"

struct datagram {
    struct datagram *next;
    struct pbuf *p;
    ip_addr_t from;
    u16_t port;
};

struct udp_socket {
    struct inet_socket inet; /* first */
    struct udp_pcb *pcb;
    struct datagram *received, **received_end;
    uint32_t held; /* bytes of these, with their descriptions */
    uint32_t limit;
    uint16_t segment_size; /* UDP_SEGMENT: bytes of each datagram that one call makes; 0: it makes one */
};

static inline struct udp_socket *udp_socket_of(struct socket *socket)
{
    return (struct udp_socket *)socket;
}

/* udp_send.c */
long udp_socket_send(struct socket *socket, struct socket_message *message);
