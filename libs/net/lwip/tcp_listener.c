/*
 * Sockets that connections come in at.
 */
#include "tcp_socket.h"

#include <errno.h>
#include <lwip/priv/tcp_priv.h>

#define HALF_OPEN 1024 /* connections of a listener whose beginning the peer has not confirmed */

/* Whether a listener is one of those that share the port of `pcb`. */
static bool shares(const struct tcp_pcb_listen *listener, const struct tcp_pcb_listen *pcb)
{
    return listener->local_port == pcb->local_port && ip_addr_cmp(&listener->local_ip, &pcb->local_ip);
}

static bool shared(const struct tcp_pcb_listen *listener)
{
    return ((const struct tcp_socket *)listener->callback_arg)->inet.reuse_port;
}

/* Who gets a connection: lwIP has found the first of those that listen there. */
static struct tcp_socket *chosen(const struct tcp_pcb *pcb)
{
    const struct tcp_pcb_listen *first = pcb->listener, *at;
    unsigned count = 0, place;

    if (!shared(first))
        return first->callback_arg;
    for (at = tcp_listen_pcbs.listen_pcbs; at != NULL; at = at->next)
        count += shares(at, first);
    place = inet_share(&pcb->remote_ip, pcb->remote_port, count);
    for (at = tcp_listen_pcbs.listen_pcbs; !shares(at, first) || place-- > 0;)
        at = at->next;
    return at->callback_arg;
}

static err_t came(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct tcp_socket *listener, *socket;

    (void)argument;
    if (error != ERR_OK || pcb == NULL)
        return ERR_VAL; /* lwIP has no memory for a connection; the peer asks again */
    listener = chosen(pcb);
    if (listener->waiting_count >= listener->waiting_limit)
        return ERR_MEM;
    socket = tcp_socket_new(pcb, listener->inet.socket.domain);
    if (socket == NULL)
        return ERR_MEM;
    socket->state = TCP_SOCKET_CONNECTED;
    *listener->waiting_end = socket;
    listener->waiting_end = &socket->next;
    listener->waiting_count++;
    tcp_socket_notify(listener, READINESS_READABLE);
    return ERR_OK;
}

/* Several may listen at one place if all of them say so, of which lwIP knows nothing. */
static struct tcp_pcb *listen_together(struct tcp_pcb *pcb, err_t *error)
{
    for (const struct tcp_pcb_listen *at = tcp_listen_pcbs.listen_pcbs; at != NULL; at = at->next)
        if (shares(at, (const struct tcp_pcb_listen *)pcb) && !shared(at)) {
            *error = ERR_USE;
            return NULL;
        }
    ip_reset_option(pcb, SOF_REUSEADDR);
    pcb = tcp_listen_with_backlog_and_err(pcb, TCP_DEFAULT_LISTEN_BACKLOG, error);
    if (pcb != NULL)
        ip_set_option(pcb, SOF_REUSEADDR);
    return pcb;
}

int tcp_socket_listen(struct socket *from, int backlog)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    struct tcp_pcb *pcb = socket->pcb;
    err_t error = ERR_OK;

    if (socket->state == TCP_SOCKET_LISTENING) {
        socket->waiting_limit = (unsigned)backlog + 1;
        return 0;
    }
    if (socket->state != TCP_SOCKET_NEW)
        return -EINVAL;
    if (pcb->local_port == 0)
        error = tcp_bind(pcb, inet_address_any(&socket->inet), 0);
    if (error != ERR_OK)
        return inet_error(error);
    pcb = socket->inet.reuse_port ? listen_together(pcb, &error)
                                  : tcp_listen_with_backlog_and_err(pcb, TCP_DEFAULT_LISTEN_BACKLOG, &error);
    if (pcb == NULL)
        return inet_error(error);
    socket->pcb = pcb;
    tcp_backlog_set(pcb, HALF_OPEN);
    socket->state = TCP_SOCKET_LISTENING;
    socket->waiting_end = &socket->waiting;
    socket->waiting_limit = (unsigned)backlog + 1; /* as Linux counts */
    tcp_arg(pcb, socket);
    tcp_accept(pcb, came);
    return 0;
}

int tcp_socket_accept(struct socket *from, struct socket **accepted)
{
    struct tcp_socket *listener = tcp_socket_of(from), *socket = listener->waiting;

    if (listener->state != TCP_SOCKET_LISTENING)
        return -EINVAL;
    if (socket == NULL)
        return -EAGAIN;
    listener->waiting = socket->next;
    if (listener->waiting == NULL)
        listener->waiting_end = &listener->waiting;
    listener->waiting_count--;
    socket->next = NULL;
    *accepted = &socket->inet.socket;
    return 0;
}

void tcp_socket_close_listener(struct tcp_socket *listener)
{
    struct tcp_socket *socket;

    while ((socket = listener->waiting) != NULL) {
        listener->waiting = socket->next;
        if (socket->pcb != NULL) {
            struct tcp_pcb *pcb = socket->pcb;

            tcp_arg(pcb, NULL);
            tcp_err(pcb, NULL);
            socket->pcb = NULL;
            tcp_abort(pcb);
        }
        fd_put(&socket->inet.socket.file);
    }
    tcp_close(listener->pcb);
}
