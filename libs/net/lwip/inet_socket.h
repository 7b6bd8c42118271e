/*
 * Sockets of the internet: what their kinds share.
 */
#pragma once

#include <config.h>
#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <socket.h>

#include "account.h"
#include "interfaces.h"

/* The default of SO_RCVBUF for datagrams: net.core.rmem_default of Linux, in bytes. */
#define INET_BUFFER 212992

struct inet_socket {
    struct socket socket; /* first */
    uint8_t reuse_address : 1;
    uint8_t reuse_port : 1;
    uint8_t only6 : 1; /* IPV6_V6ONLY */
    uint8_t shut_read : 1;
    uint8_t shut_write : 1;
    uint8_t ttl;
    uint8_t tos;
};

int tcp_socket_create(int domain, struct socket **socket);
int udp_socket_create(int domain, struct socket **socket);

/* inet_address.c. An address as lwIP knows it; -EINVAL, -EAFNOSUPPORT, -ENODEV. */
int inet_address_load(const struct socket *socket, const struct socket_address *from, ip_addr_t *address,
                      u16_t *port);
void inet_address_store(const struct socket *socket, const ip_addr_t *address, u16_t port,
                        struct socket_address *to);
/* What binds a socket to all addresses of its kind. */
const ip_addr_t *inet_address_any(const struct inet_socket *socket);
/* 0 if an address is this machine's own, or stands for all of them, or for a group; else -EADDRNOTAVAIL. */
int inet_address_local(const ip_addr_t *address);
/* Whether the caller may bind to the port: 0 or -EACCES. Only in images with users. */
int inet_port_may_be_taken(u16_t port);
/* Where packets to the unspecified address go: to this machine. */
void inet_address_for_any(ip_addr_t *address);
/* -errno for lwIP's error, 0 for ERR_OK. */
int inet_error(err_t error);

/* Which of `count` sockets that share a port gets what comes from there: always the same one. */
unsigned inet_share(const ip_addr_t *from, u16_t port, unsigned count);

/* inet_option.c. The options that all kinds have: `header` points to the common part of lwIP's socket, NULL
 * when there is none any more. -ENOPROTOOPT: not one of these. */
struct ip_pcb;
int inet_set_option(struct inet_socket *socket, struct ip_pcb *pcb, int level, int name, int value);
int inet_get_option(struct inet_socket *socket, const struct ip_pcb *pcb, int level, int name, int *value);
/* An option's value that is a number; -EINVAL if it is too short. */
int inet_option_number(const void *value, uint32_t size, int *number);
