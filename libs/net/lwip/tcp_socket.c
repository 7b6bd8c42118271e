#include "tcp_socket.h"

#include <errno.h>
#include <heap.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

static void failed(void *argument, err_t error)
{
    struct tcp_socket *socket = argument;

    socket->pcb = NULL; /* lwIP has given it up */
    if (error == ERR_RST && socket->state == TCP_SOCKET_CONNECTING)
        socket->inet.socket.error = ECONNREFUSED;
    else if (error == ERR_RST && socket->ended)
        socket->inet.socket.error = EPIPE; /* as Linux does behind the peer's end */
    else if (error != ERR_CLSD)
        socket->inet.socket.error = -inet_error(error);
    socket->ended = true;
    socket->state = TCP_SOCKET_CONNECTED;
    tcp_socket_notify(socket, READINESS_ALWAYS | READINESS_READABLE | READINESS_WRITABLE | READINESS_RDHUP);
}

void tcp_socket_notify(struct tcp_socket *socket, unsigned events)
{
    readiness_notify(&socket->inet.socket.readiness, events);
}

static void attach(struct tcp_socket *socket, struct tcp_pcb *pcb)
{
    socket->pcb = pcb;
    tcp_arg(pcb, socket);
    tcp_recv(pcb, tcp_socket_received);
    tcp_sent(pcb, tcp_socket_sent);
    tcp_err(pcb, failed);
}

/* lwIP goes on with the connection alone. */
static struct tcp_pcb *detach(struct tcp_socket *socket)
{
    struct tcp_pcb *pcb = socket->pcb;

    socket->pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    return pcb;
}

void tcp_socket_detach_when_over(struct tcp_socket *socket)
{
    if (socket->pcb != NULL && socket->ended && socket->inet.shut_write)
        detach(socket);
}

static int bind(struct socket *from, const struct socket_address *address)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    ip_addr_t ip;
    u16_t port;
    int error = inet_address_load(from, address, &ip, &port);

    if (error < 0)
        return error;
    if (socket->state != TCP_SOCKET_NEW || socket->pcb->local_port != 0)
        return -EINVAL;
    error = inet_address_local(&ip);
#ifdef CONFIG_LIB_USERS
    if (error == 0)
        error = inet_port_may_be_taken(port);
#endif
    if (error < 0)
        return error;
    return inet_error(
        tcp_bind(socket->pcb, ip_addr_isany_val(ip) ? inet_address_any(&socket->inet) : &ip, port));
}

static err_t connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct tcp_socket *socket = argument;

    (void)pcb;
    (void)error; /* lwIP calls `failed` when it fails */
    socket->state = TCP_SOCKET_CONNECTED;
    tcp_socket_notify(socket, READINESS_WRITABLE);
    return ERR_OK;
}

static int connect(struct socket *from, const struct socket_address *address)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    ip_addr_t ip;
    u16_t port;
    err_t result;
    int error;

    if (socket->state == TCP_SOCKET_CONNECTING)
        return -EALREADY;
    if (socket->state == TCP_SOCKET_CONNECTED)
        return socket->inet.socket.error != 0 ? socket_take_error(from) : -EISCONN;
    if (socket->state == TCP_SOCKET_LISTENING)
        return -EISCONN;
    error = inet_address_load(from, address, &ip, &port);
    if (error < 0)
        return error;
    if (port == 0)
        return -ECONNREFUSED;
    inet_address_for_any(&ip);
    socket->state = TCP_SOCKET_CONNECTING;
    result = tcp_connect(socket->pcb, &ip, port, connected);
    if (result != ERR_OK) {
        socket->state = TCP_SOCKET_NEW;
        return result == ERR_BUF ? -EADDRNOTAVAIL : inet_error(result);
    }
    interfaces_flush();
    /* To this machine itself it may be over already. */
    if (socket->state == TCP_SOCKET_CONNECTED)
        return socket_take_error(from);
    return -EINPROGRESS;
}

static int name(struct socket *from, bool peer, struct socket_address *address)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    struct tcp_pcb *pcb = socket->pcb;
    bool listening = socket->state == TCP_SOCKET_LISTENING;

    if (peer && (pcb == NULL || socket->state != TCP_SOCKET_CONNECTED))
        return -ENOTCONN;
    if (pcb == NULL)
        inet_address_store(from, inet_address_any(&socket->inet), 0, address);
    else if (peer)
        inet_address_store(from, &pcb->remote_ip, pcb->remote_port, address);
    else
        inet_address_store(from, &pcb->local_ip,
                           listening ? ((struct tcp_pcb_listen *)pcb)->local_port : pcb->local_port, address);
    return 0;
}

static int shutdown(struct socket *from, int how)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    err_t result = ERR_OK;

    if (socket->state != TCP_SOCKET_CONNECTED || socket->pcb == NULL)
        return -ENOTCONN;
    if (how != LINUX_SHUT_WR) {
        socket->inet.shut_read = true;
        tcp_socket_notify(socket, READINESS_READABLE | READINESS_RDHUP);
    }
    if (how != LINUX_SHUT_RD && !socket->inet.shut_write) {
        result = tcp_shutdown(socket->pcb, 0, 1);
        if (result == ERR_MEM)
            return -ENOBUFS;
        socket->inet.shut_write = true;
        tcp_socket_notify(socket, READINESS_WRITABLE);
        tcp_socket_detach_when_over(socket);
        interfaces_flush();
    }
    return inet_error(result);
}

static void release(struct socket *from)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    bool unread = socket->received != NULL;

    if (socket->state == TCP_SOCKET_LISTENING) {
        tcp_socket_close_listener(socket);
    } else if (socket->pcb != NULL) {
        struct tcp_pcb *pcb = detach(socket);

        /* RFC 2525, 2.17: what was not read is lost, and the peer must know. */
        if (unread || (socket->linger && socket->linger_seconds == 0 && socket->state != TCP_SOCKET_NEW))
            tcp_abort(pcb);
        else if (tcp_close(pcb) != ERR_OK)
            tcp_abort(pcb); /* no memory for a FIN */
    }
    tcp_socket_drop_received(socket);
    heap_free(socket);
    LWIP_ACCOUNT(sockets, -1);
    interfaces_flush();
}

static const struct socket_ops operations = {
    .bind = bind,
    .listen = tcp_socket_listen,
    .accept = tcp_socket_accept,
    .connect = connect,
    .name = name,
    .send = tcp_socket_send,
    .receive = tcp_socket_receive,
    .shutdown = shutdown,
    .set_option = tcp_socket_set_option,
    .get_option = tcp_socket_get_option,
    .control = tcp_socket_control,
    .events = tcp_socket_events,
    .release = release,
};

struct tcp_socket *tcp_socket_new(struct tcp_pcb *pcb, int domain)
{
    struct tcp_socket *socket = heap_alloc(sizeof(*socket));

    if (socket == NULL)
        return NULL;
    memset(socket, 0, sizeof(*socket));
    socket_begin(&socket->inet.socket, &operations, domain, LINUX_SOCK_STREAM, IP_PROTO_TCP);
    attach(socket, pcb);
    LWIP_ACCOUNT(sockets, 1);
    return socket;
}

int tcp_socket_create(int domain, struct socket **socket)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(domain == LINUX_AF_INET6 ? IPADDR_TYPE_ANY : IPADDR_TYPE_V4);

    if (pcb == NULL)
        return -ENOBUFS;
    *socket = (struct socket *)tcp_socket_new(pcb, domain);
    if (*socket == NULL) {
        tcp_abandon(pcb, 0);
        return -ENOMEM;
    }
    return 0;
}
