/*
 * Sockets of TCP.
 */
#pragma once

#include <lwip/tcp.h>
#include <stdbool.h>

#include "inet_socket.h"

enum tcp_socket_state {
    TCP_SOCKET_NEW,
    TCP_SOCKET_CONNECTING,
    TCP_SOCKET_CONNECTED, /* also when it has ended */
    TCP_SOCKET_LISTENING,
};

struct tcp_socket {
    struct inet_socket inet; /* first */
    struct tcp_pcb *pcb;     /* lwIP's; NULL when it is gone, or no business of ours any more */
    /* What has come and was not read: pbufs linked by `next`; the first one may have been read in part. */
    struct pbuf *received, *received_last;
    uint32_t received_size; /* bytes */
    uint8_t state;          /* enum tcp_socket_state */
    bool ended;             /* the peer will send nothing more */
    bool corked;            /* TCP_CORK */
    bool linger;            /* SO_LINGER */
    int linger_seconds;
    /* Of a listener: who waits to be accepted. */
    struct tcp_socket *waiting, **waiting_end;
    unsigned waiting_count, waiting_limit;
    struct tcp_socket *next; /* in that list */
};

static inline struct tcp_socket *tcp_socket_of(struct socket *socket)
{
    return (struct tcp_socket *)socket;
}

/* tcp_socket.c: a socket for lwIP's `pcb` (of which NULL is no error), or NULL. */
struct tcp_socket *tcp_socket_new(struct tcp_pcb *pcb, int domain);
void tcp_socket_notify(struct tcp_socket *socket, unsigned events);

/* tcp_listener.c */
int tcp_socket_listen(struct socket *socket, int backlog);
int tcp_socket_accept(struct socket *socket, struct socket **accepted);
void tcp_socket_close_listener(struct tcp_socket *socket);

/* tcp_data.c */
long tcp_socket_send(struct socket *socket, struct socket_message *message);
long tcp_socket_receive(struct socket *socket, struct socket_message *message);
long tcp_socket_control(struct socket *socket, unsigned long request, void *argument);
unsigned tcp_socket_events(struct socket *socket);
err_t tcp_socket_received(void *argument, struct tcp_pcb *pcb, struct pbuf *p, err_t error);
err_t tcp_socket_sent(void *argument, struct tcp_pcb *pcb, u16_t size);
void tcp_socket_drop_received(struct tcp_socket *socket);

/* tcp_option.c */
int tcp_socket_set_option(struct socket *socket, int level, int name, const void *value, uint32_t size);
int tcp_socket_get_option(struct socket *socket, int level, int name, void *value, uint32_t *size);

/* Forgets lwIP's pcb, which finishes by itself, once both directions have ended. */
void tcp_socket_detach_when_over(struct tcp_socket *socket);
