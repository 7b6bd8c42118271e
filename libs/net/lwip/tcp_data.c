/*
 * What goes through a connection.
 */
#include "tcp_socket.h"

#include <errno.h>

/* A socket counts as writable when this much can be written, so that writers are not woken for crumbs. */
#define WRITABLE (TCP_SND_BUF / 4)

void tcp_socket_drop_received(struct tcp_socket *socket)
{
    struct pbuf *p;

    while ((p = socket->received) != NULL) {
        socket->received = p->next;
        p->next = NULL;
        pbuf_free(p);
    }
    socket->received_size = 0;
}

err_t tcp_socket_received(void *argument, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    struct tcp_socket *socket = argument;

    (void)error;
    if (p == NULL) {
        socket->ended = true;
        tcp_socket_detach_when_over(socket);
        tcp_socket_notify(socket, READINESS_READABLE | READINESS_RDHUP |
                                      (socket->inet.shut_write ? READINESS_HUP : 0));
        return ERR_OK;
    }
    if (socket->inet.shut_read) {
        /* Nobody reads it; as on Linux, the peer may send all the same. */
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
        return ERR_OK;
    }
    socket->received_size += p->tot_len;
    if (socket->received == NULL)
        socket->received = p;
    else
        socket->received_last->next = p;
    while (p->next != NULL)
        p = p->next;
    socket->received_last = p;
    tcp_socket_notify(socket, READINESS_READABLE);
    return ERR_OK;
}

err_t tcp_socket_sent(void *argument, struct tcp_pcb *pcb, u16_t size)
{
    (void)size;
    if (pcb->snd_buf >= WRITABLE)
        tcp_socket_notify(argument, READINESS_WRITABLE);
    return ERR_OK;
}

unsigned tcp_socket_events(struct socket *from)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    unsigned events = 0;

    if (socket->state == TCP_SOCKET_LISTENING)
        return socket->waiting != NULL ? READINESS_READABLE : 0;
    if (socket->state == TCP_SOCKET_CONNECTING)
        return 0;
    if (socket->state == TCP_SOCKET_NEW)
        return READINESS_WRITABLE | READINESS_HUP; /* as Linux has it */
    if (socket->ended || socket->inet.shut_read)
        events |= READINESS_READABLE | READINESS_RDHUP;
    else if (socket->received != NULL)
        events |= READINESS_READABLE;
    if (socket->pcb == NULL)
        events |= READINESS_WRITABLE | READINESS_HUP;
    else if (socket->inet.shut_write || socket->pcb->snd_buf >= WRITABLE)
        events |= READINESS_WRITABLE;
    if (from->error != 0)
        events |= READINESS_ERR;
    return events;
}

static int may_send(struct tcp_socket *socket)
{
    if (socket->inet.socket.error != 0)
        return socket_take_error(&socket->inet.socket);
    if (socket->state == TCP_SOCKET_CONNECTING)
        return -EAGAIN;
    if (socket->state != TCP_SOCKET_CONNECTED || socket->pcb == NULL || socket->inet.shut_write)
        return -EPIPE;
    return 0;
}

long tcp_socket_send(struct socket *from, struct socket_message *message)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    struct socket_data *data = &message->data;
    bool more = (message->flags & LINUX_MSG_MORE) || socket->corked;
    size_t before = data->left;
    int error = may_send(socket);
    bool nothing;

    if (error < 0)
        return error;
    if (message->flags & LINUX_MSG_OOB)
        return -EOPNOTSUPP;
    while (data->left != 0) {
        size_t room = socket->pcb->snd_buf, size;
        void *part;

        size = socket_data_part(data, &part);
        if (size > room)
            size = room;
        if (size > UINT16_MAX)
            size = UINT16_MAX;
        if (size == 0)
            break;
        if (tcp_write(socket->pcb, part, (u16_t)size,
                      (u8_t)((message->lasting ? 0 : TCP_WRITE_FLAG_COPY) |
                             (size < data->left || more ? TCP_WRITE_FLAG_MORE : 0))) != ERR_OK)
            break;
        socket_data_skip(data, size);
    }
    nothing = before == data->left && before != 0;
    if (!nothing || more) {
        /* Without room what waits for more must go, too: nothing else would make room. */
        if (!more || data->left != 0)
            tcp_output(socket->pcb);
        interfaces_flush();
    }
    if (nothing) {
        if (socket->pcb == NULL || socket->pcb->snd_buf < WRITABLE)
            return -EAGAIN;
        return -ENOBUFS; /* there is no memory, which nobody would tell of */
    }
    return (long)(before - data->left);
}

/* Takes bytes off the front of what has come. */
static void consume(struct tcp_socket *socket, size_t size)
{
    socket->received_size -= (uint32_t)size;
    while (size != 0) {
        struct pbuf *p = socket->received;

        if (size < p->len) {
            p->payload = (char *)p->payload + size;
            p->len = (u16_t)(p->len - size);
            return;
        }
        size -= p->len;
        socket->received = p->next;
        p->next = NULL;
        pbuf_free(p);
    }
}

/* Tells lwIP, which opens the peer's window. */
static void acknowledge(struct tcp_socket *socket, size_t size)
{
    if (socket->pcb == NULL)
        return;
    while (size != 0) {
        u16_t part = (u16_t)(size < UINT16_MAX ? size : UINT16_MAX);

        tcp_recved(socket->pcb, part);
        size -= part;
    }
    interfaces_flush();
}

long tcp_socket_receive(struct socket *from, struct socket_message *message)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    unsigned flags = message->flags;
    size_t size = message->data.left, done = 0;

    message->flags = 0;
    message->control_size = 0;
    if (flags & LINUX_MSG_OOB)
        return -EINVAL;
    if (socket->state == TCP_SOCKET_NEW || socket->state == TCP_SOCKET_LISTENING)
        return -ENOTCONN;
    if (socket->received == NULL) {
        if (from->error != 0)
            return socket_take_error(from);
        return socket->ended || socket->inet.shut_read || size == 0 ? 0 : -EAGAIN;
    }
    if (size > socket->received_size)
        size = socket->received_size;
    for (struct pbuf *p = socket->received; done < size; p = p->next) {
        size_t part = p->len < size - done ? p->len : size - done;

        if (flags & LINUX_MSG_TRUNC) /* tcp(7): thrown away */
            message->data.left -= part;
        else
            socket_data_put(&message->data, p->payload, part);
        done += part;
    }
    if (!(flags & LINUX_MSG_PEEK)) {
        consume(socket, done);
        acknowledge(socket, done);
    }
    return (long)done;
}

long tcp_socket_control(struct socket *from, unsigned long request, void *argument)
{
    struct tcp_socket *socket = tcp_socket_of(from);

    if (socket->state == TCP_SOCKET_LISTENING)
        return -EINVAL;
    if (request == LINUX_FIONREAD)
        *(int32_t *)argument = (int32_t)socket->received_size;
    else if (request == LINUX_TIOCOUTQ)
        *(int32_t *)argument = socket->pcb != NULL ? (int32_t)(TCP_SND_BUF - socket->pcb->snd_buf) : 0;
    else
        return -ENOTTY;
    return 0;
}
