/*
 * Options of connections.
 */
#include "tcp_socket.h"

#include <errno.h>
#include <lwip/priv/tcp_priv.h>
#include <string.h>

#define SECOND 1000u   /* milliseconds */
#define KEEP_MAX 32767 /* seconds: MAX_TCP_KEEPIDLE of Linux's include/net/tcp.h */

/* struct tcp_info of Linux's include/uapi/linux/tcp.h up to tcpi_total_retrans. */
struct tcp_information {
    uint8_t state, ca_state, retransmits, probes, backoff, options, scales, rate_limited;
    uint32_t rto, ato, sent_mss, received_mss;
    uint32_t unacked, sacked, lost, retrans, fackets;
    uint32_t last_data_sent, last_ack_sent, last_data_received, last_ack_received;
    uint32_t path_mtu, receive_threshold, rtt, rtt_variation, send_threshold, congestion_window;
    uint32_t advertised_mss, reordering, receive_rtt, receive_space, total_retransmitted;
};

static bool listening(const struct tcp_socket *socket)
{
    return socket->state == TCP_SOCKET_LISTENING;
}

static int set_keep(struct tcp_pcb *pcb, int name, int value)
{
    if (value < 1 || value > (name == LINUX_TCP_KEEPCNT ? 127 : KEEP_MAX))
        return -EINVAL;
    if (pcb == NULL)
        return 0;
    if (name == LINUX_TCP_KEEPIDLE)
        pcb->keep_idle = (u32_t)value * SECOND;
    else if (name == LINUX_TCP_KEEPINTVL)
        pcb->keep_intvl = (u32_t)value * SECOND;
    else
        pcb->keep_cnt = (u32_t)value;
    return 0;
}

static void push(struct tcp_socket *socket)
{
    if (socket->pcb != NULL && socket->state == TCP_SOCKET_CONNECTED) {
        tcp_output(socket->pcb);
        interfaces_flush();
    }
}

static int set_tcp(struct tcp_socket *socket, int name, int value)
{
    struct tcp_pcb *pcb = listening(socket) ? NULL : socket->pcb;

    switch (name) {
    case LINUX_TCP_NODELAY:
        if (pcb == NULL)
            return 0;
        if (value != 0)
            tcp_nagle_disable(pcb);
        else
            tcp_nagle_enable(pcb);
        if (value != 0)
            push(socket);
        return 0;
    case LINUX_TCP_CORK:
        socket->corked = value != 0;
        if (value == 0)
            push(socket);
        return 0;
    case LINUX_TCP_KEEPIDLE:
    case LINUX_TCP_KEEPINTVL:
    case LINUX_TCP_KEEPCNT:
        return set_keep(pcb, name, value);
    /* Hints that change nothing here. */
    case LINUX_TCP_DEFER_ACCEPT:
    case LINUX_TCP_QUICKACK:
    case LINUX_TCP_SYNCNT:
    case LINUX_TCP_LINGER2:
    case LINUX_TCP_WINDOW_CLAMP:
    case LINUX_TCP_USER_TIMEOUT:
        return value < 0 ? -EINVAL : 0;
    case LINUX_TCP_MAXSEG:
        if (value < 88 || value > TCP_MSS)
            return -EINVAL;
        if (pcb != NULL && socket->state == TCP_SOCKET_CONNECTED)
            pcb->mss = (u16_t)LWIP_MIN(pcb->mss, value);
        return 0;
    case LINUX_TCP_FASTOPEN:
        return -EOPNOTSUPP;
    default:
        return -ENOPROTOOPT;
    }
}

static int set_linger(struct tcp_socket *socket, const void *value, uint32_t size)
{
    struct linux_linger linger;

    if (size < sizeof(linger))
        return -EINVAL;
    memcpy(&linger, value, sizeof(linger));
    socket->linger = linger.on != 0;
    socket->linger_seconds = linger.seconds;
    return 0;
}

int tcp_socket_set_option(struct socket *from, int level, int name, const void *value, uint32_t size)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    int number, error;

    if (level == LINUX_SOL_SOCKET && name == LINUX_SO_LINGER)
        return set_linger(socket, value, size);
    if (level == LINUX_SOL_TCP && name == LINUX_TCP_CONGESTION)
        return -ENOENT; /* there is one algorithm, without a name */
    error = inet_option_number(value, size, &number);
    if (error < 0)
        return error;
    if (level == LINUX_SOL_TCP)
        return set_tcp(socket, name, number);
    if (level == LINUX_SOL_SOCKET && (name == LINUX_SO_RCVBUF || name == LINUX_SO_SNDBUF ||
                                      name == LINUX_SO_RCVBUFFORCE || name == LINUX_SO_SNDBUFFORCE))
        return 0; /* the buffers are as large as the image was composed with */
    return inet_set_option(&socket->inet, (struct ip_pcb *)socket->pcb, level, name, number);
}

static void tell(void *value, uint32_t *size, const void *from, size_t length)
{
    if (*size > length)
        *size = (uint32_t)length;
    memcpy(value, from, *size);
}

/* lwIP's states as Linux numbers them: include/net/tcp_states.h. */
static uint8_t state(const struct tcp_socket *socket)
{
    static const uint8_t numbers[] = {
        [CLOSED] = 7,      [LISTEN] = 10,    [SYN_SENT] = 2,   [SYN_RCVD] = 3,
        [ESTABLISHED] = 1, [FIN_WAIT_1] = 4, [FIN_WAIT_2] = 5, [CLOSE_WAIT] = 8,
        [CLOSING] = 11,    [LAST_ACK] = 9,   [TIME_WAIT] = 6,
    };

    return socket->pcb != NULL ? numbers[socket->pcb->state] : 7;
}

static void describe(const struct tcp_socket *socket, struct tcp_information *to)
{
    const struct tcp_pcb *pcb = socket->pcb;

    memset(to, 0, sizeof(*to));
    to->state = state(socket);
    if (pcb == NULL || listening(socket))
        return;
    to->retransmits = pcb->nrtx;
    to->rto = (uint32_t)pcb->rto * TCP_SLOW_INTERVAL * 1000;
    to->sent_mss = to->advertised_mss = pcb->mss;
    to->received_mss = TCP_MSS;
    to->rtt = (uint32_t)(pcb->sa >> 3) * TCP_SLOW_INTERVAL * 1000;
    to->rtt_variation = (uint32_t)(pcb->sv >> 2) * TCP_SLOW_INTERVAL * 1000;
    to->send_threshold = pcb->ssthresh / pcb->mss;
    to->congestion_window = pcb->cwnd / pcb->mss;
    to->receive_space = pcb->rcv_wnd;
    to->unacked = (pcb->snd_nxt - pcb->lastack + pcb->mss - 1) / pcb->mss;
}

static int get_tcp(struct tcp_socket *socket, int name, int *value)
{
    struct tcp_pcb *pcb = listening(socket) ? NULL : socket->pcb;

    *value = 0;
    switch (name) {
    case LINUX_TCP_NODELAY:
        *value = pcb != NULL && tcp_nagle_disabled(pcb);
        return 0;
    case LINUX_TCP_CORK:
        *value = socket->corked;
        return 0;
    case LINUX_TCP_MAXSEG:
        *value = pcb != NULL ? pcb->mss : TCP_MSS;
        return 0;
    case LINUX_TCP_KEEPIDLE:
        *value = pcb != NULL ? (int)(pcb->keep_idle / SECOND) : 7200;
        return 0;
    case LINUX_TCP_KEEPINTVL:
        *value = pcb != NULL ? (int)(pcb->keep_intvl / SECOND) : 75;
        return 0;
    case LINUX_TCP_KEEPCNT:
        *value = pcb != NULL ? (int)pcb->keep_cnt : 9;
        return 0;
    case LINUX_TCP_DEFER_ACCEPT:
    case LINUX_TCP_QUICKACK:
    case LINUX_TCP_USER_TIMEOUT:
    case LINUX_TCP_FASTOPEN:
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

static int get_number(struct tcp_socket *socket, int level, int name, int *value)
{
    if (level == LINUX_SOL_TCP)
        return get_tcp(socket, name, value);
    if (level == LINUX_SOL_SOCKET) {
        if (name == LINUX_SO_RCVBUF)
            return *value = TCP_WND, 0;
        if (name == LINUX_SO_SNDBUF)
            return *value = TCP_SND_BUF, 0;
        if (name == LINUX_SO_ACCEPTCONN)
            return *value = listening(socket), 0;
    }
    return inet_get_option(&socket->inet, (const struct ip_pcb *)socket->pcb, level, name, value);
}

int tcp_socket_get_option(struct socket *from, int level, int name, void *value, uint32_t *size)
{
    struct tcp_socket *socket = tcp_socket_of(from);
    int number, error;

    if (level == LINUX_SOL_TCP && name == LINUX_TCP_INFO) {
        struct tcp_information information;

        describe(socket, &information);
        tell(value, size, &information, sizeof(information));
        return 0;
    }
    if (level == LINUX_SOL_SOCKET && name == LINUX_SO_LINGER) {
        struct linux_linger linger = {socket->linger, socket->linger_seconds};

        tell(value, size, &linger, sizeof(linger));
        return 0;
    }
    error = get_number(socket, level, name, &number);
    if (error == 0)
        tell(value, size, &number, sizeof(number));
    return error;
}
