// instead: ../memory.c
// upstream: lwip
// cflags: -DCONFIG_LWIP_SEND_BUFFER=262144 -DCONFIG_LWIP_RECEIVE_WINDOW=262144 -fno-sanitize=alignment
/*
 * lwIP's TCP, patched as for an image, at both ends of a wire that loses packets: in a time of its own, so
 * that what a transfer takes is a number, the same in each run.
 */
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <../core/pbuf.c>
#include <../core/tcp.c>
#include <../core/tcp_in.c>
#include <../core/tcp_out.c>

#include <heap.h>

#define MILLISECOND 1000u /* the unit of time is a microsecond */
#define MSS 1460u
#define STREAM 3000000u /* bytes at most */
#define PORT 80
#define QUEUE 4096u /* packets under way at most */

/* What befalls the packets. */
static struct wire {
    unsigned delay;                     /* of each packet */
    unsigned each;                      /* between two with data */
    unsigned loss, late, twice;         /* of a thousand with data */
    unsigned lost_answers;              /* of a thousand without */
    bool (*loses)(u32_t at, u32_t nth); /* a segment that begins there, sent for the nth time; or NULL */
} wire;

static struct packet {
    u64_t arrival, number;
    ip4_addr_t from, to;
    u16_t length;
    u8_t data[1600];
} * under_way[QUEUE];

static unsigned waiting;
static u64_t now, begun, free_at, numbered;
static u32_t first_byte;
static unsigned segments, repeated; /* that the sender has sent */
static u32_t highest;               /* byte that it has sent for the first time */
static u8_t times_sent[STREAM];

static struct tcp_pcb *sender, *receiver;
static u32_t written, arrived, size;
static bool selective; /* acknowledgements */
static u8_t stream[STREAM];

/* What the rest of lwIP and the kernel are for TCP. */

struct ip_globals ip_data;
static struct netif card = {.mtu = 1500, .flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP};
struct netif *netif_list = &card, *netif_default = &card;
const ip_addr_t ip_addr_any = {0}, ip_addr_broadcast = {0xffffffff};
static const ip4_addr_t here = {PP_HTONL(0xc6120001)}, there = {PP_HTONL(0xc6120002)};
static u32_t seed;

/* Of `below`. */
static u32_t chance(u32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (u32_t)((u64_t)(seed >> 8) * below >> 24);
}

u32_t lwip_random(void)
{
    return chance(1u << 24);
}

u32_t lwip_first_sequence_number(const ip_addr_t *local, u16_t local_port, const ip_addr_t *remote,
                                 u16_t port)
{
    (void)local, (void)local_port, (void)remote, (void)port;
    return 0xfff00000 + lwip_random() % 0x180000; /* it passes zero soon */
}

void *heap_alloc(size_t length)
{
    return malloc(length);
}

void heap_free(void *memory)
{
    free(memory);
}

void tcp_timer_needed(void) {}

u32_t sys_now(void)
{
    return (u32_t)(now / MILLISECOND);
}

u16_t ip_chksum_pseudo(struct pbuf *p, u8_t protocol, u16_t length, const ip_addr_t *from,
                       const ip_addr_t *to)
{
    (void)p, (void)protocol, (void)length, (void)from, (void)to;
    return 0;
}

struct netif *ip4_route_src(const ip4_addr_t *from, const ip4_addr_t *to)
{
    (void)from, (void)to;
    return &card;
}

u8_t ip4_addr_isbroadcast_u32(u32_t address, const struct netif *netif)
{
    (void)address, (void)netif;
    return 0;
}

struct netif *netif_get_by_index(u8_t index)
{
    (void)index;
    return &card;
}

static void put(const struct pbuf *p, const ip4_addr_t *from, const ip4_addr_t *to, u64_t arrival)
{
    struct packet *packet = malloc(sizeof(*packet));

    assert(packet != NULL && waiting < QUEUE && p->tot_len <= sizeof(packet->data));
    *packet = (struct packet){.arrival = arrival, .number = numbered++, .from = *from, .to = *to};
    packet->length = pbuf_copy_partial(p, packet->data, p->tot_len, 0);
    under_way[waiting++] = packet;
}

err_t ip4_output_if(struct pbuf *p, const ip4_addr_t *from, const ip4_addr_t *to, u8_t ttl, u8_t tos,
                    u8_t protocol, struct netif *netif)
{
    const struct tcp_hdr *header = p->payload;
    u32_t length = p->tot_len - TCPH_HDRLEN_BYTES(header), at = lwip_ntohl(header->seqno) - first_byte;
    u64_t arrival = now + wire.delay;
    bool lost;

    (void)ttl, (void)tos, (void)protocol, (void)netif;
    if (length != 0) {
        unsigned nth;

        assert(at < STREAM && pbuf_get_at(p, TCPH_HDRLEN_BYTES(header)) == stream[at]);
        nth = ++times_sent[at];
        segments++;
        repeated += at < highest;
        highest = LWIP_MAX(highest, at + length);
        free_at = LWIP_MAX(free_at, now) + wire.each;
        arrival = free_at + wire.delay + (chance(1000) < wire.late ? 4 * wire.each + MILLISECOND : 0);
        lost = chance(1000) < wire.loss || (wire.loses != NULL && wire.loses(at, nth));
        if (chance(1000) < wire.twice)
            put(p, from, to, arrival);
    } else {
        lost = chance(1000) < wire.lost_answers;
    }
    if (!lost)
        put(p, from, to, arrival);
    return ERR_OK;
}

/* The program at both ends. */

static void write_more(void)
{
    while (written < size) {
        u16_t length = (u16_t)LWIP_MIN(LWIP_MIN(tcp_sndbuf(sender), 16 * MSS), size - written);

        if (length == 0 || tcp_write(sender, stream + written, length, 0) != ERR_OK)
            break;
        written += length;
    }
    tcp_output(sender);
}

static err_t was_sent(void *context, struct tcp_pcb *pcb, u16_t length)
{
    (void)context, (void)pcb, (void)length;
    write_more();
    return ERR_OK;
}

static err_t is_connected(void *context, struct tcp_pcb *pcb, err_t error)
{
    (void)context;
    assert(error == ERR_OK);
    first_byte = pcb->snd_nxt;
    if (!selective)
        tcp_clear_flags(pcb, TF_SACK);
    write_more();
    return ERR_OK;
}

static err_t has_come(void *context, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    (void)context;
    assert(error == ERR_OK && p != NULL);
    for (const struct pbuf *q = p; q != NULL; q = q->next) {
        assert(arrived + q->len <= size && memcmp(q->payload, stream + arrived, q->len) == 0);
        arrived += q->len;
    }
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t comes(void *context, struct tcp_pcb *pcb, err_t error)
{
    (void)context;
    assert(error == ERR_OK);
    receiver = pcb;
    tcp_recv(pcb, has_come);
    return ERR_OK;
}

static void ended(void *context, err_t error)
{
    (void)context, (void)error;
    abort();
}

static void deliver(struct packet *packet)
{
    struct pbuf *p = pbuf_alloc(PBUF_IP, packet->length, PBUF_RAM);

    assert(p != NULL && pbuf_take(p, packet->data, packet->length) == ERR_OK);
    ip_data = (struct ip_globals){.current_netif = &card, .current_input_netif = &card};
    ip_data.current_iphdr_src = packet->from;
    ip_data.current_iphdr_dest = packet->to;
    tcp_input(p, &card);
    free(packet);
}

/* Time goes on to the next packet, or to the next tick of TCP. */
static void step(u64_t *tick)
{
    unsigned first = 0;

    for (unsigned i = 1; i < waiting; i++)
        if (under_way[i]->arrival < under_way[first]->arrival ||
            (under_way[i]->arrival == under_way[first]->arrival &&
             under_way[i]->number < under_way[first]->number))
            first = i;
    if (waiting != 0 && under_way[first]->arrival <= *tick) {
        struct packet *packet = under_way[first];

        under_way[first] = under_way[--waiting];
        now = packet->arrival;
        deliver(packet);
    } else {
        now = *tick;
        *tick += TCP_TMR_INTERVAL * MILLISECOND;
        tcp_tmr();
    }
}

/* A connection that carries `length` bytes from one end to the other; milliseconds until they are there. */
static unsigned transfer(struct wire over, u32_t length)
{
    struct tcp_pcb *door = tcp_new(), *listening;
    ip_addr_t from = here, to = there;
    u64_t tick = now + TCP_TMR_INTERVAL * MILLISECOND;
    unsigned took;
    err_t error;

    begun = now;
    wire = over;
    size = length;
    written = arrived = highest = segments = repeated = 0;
    memset(times_sent, 0, sizeof(times_sent));
    assert(tcp_bind(door, &to, PORT) == ERR_OK);
    listening = tcp_listen(door);
    tcp_accept(listening, comes);
    sender = tcp_new();
    assert(tcp_bind(sender, &from, 0) == ERR_OK);
    tcp_sent(sender, was_sent);
    tcp_err(sender, ended);
    error = tcp_connect(sender, &to, PORT, is_connected);
    assert(error == ERR_OK);
    while (arrived < size)
        step(&tick);
    took = (unsigned)((now - begun) / MILLISECOND);
    while (sender->unacked != NULL || sender->unsent != NULL || waiting != 0)
        step(&tick);
    tcp_err(sender, NULL);
    tcp_abort(sender);
    tcp_abort(receiver);
    tcp_close(listening);
    while (waiting != 0)
        deliver(under_way[--waiting]);
    return took;
}

/* Wires that lose what a test wants. */

static bool every_second_of_forty(u32_t at, u32_t nth)
{
    return nth == 1 && at >= 100 * MSS && at < 140 * MSS && at / MSS % 2 == 0;
}

static bool one_twice(u32_t at, u32_t nth)
{
    return at / MSS == 100 && nth <= 2;
}

static bool both(u32_t at, u32_t nth)
{
    return every_second_of_forty(at, nth) || one_twice(at, nth);
}

static bool two_seconds(u32_t at, u32_t nth)
{
    (void)at, (void)nth;
    return now > begun + 100 * MILLISECOND && now < begun + 2100 * MILLISECOND;
}

static bool the_last(u32_t at, u32_t nth)
{
    return nth == 1 && at >= 9 * MSS;
}

/*
 * Of a transfer over a wire with a round trip of 20 ms, unless it says otherwise: milliseconds that it takes
 * at most, and segments that are sent again, with and without selective acknowledgements.
 */
static const struct {
    struct wire wire;
    u32_t length;
    struct {
        unsigned took, repeated;
    } most[2];
} cases[] = {
    /* The first time-out is that of what has been measured; also when the clock has just begun. */
    {{.delay = 10000, .each = 100, .loses = the_last}, 10 * MSS, {{400, 1}, {400, 1}}},
    {{.delay = 10000, .each = 100}, 1000000, {{230, 0}, {230, 0}}},
    /* What comes twice is answered twice, but is no loss. */
    {{.delay = 10000, .each = 100, .twice = 1000}, 1000000, {{230, 0}, {230, 0}}},
    /* Each partial acknowledgement tells of one loss; a selective one of all. */
    {{.delay = 10000, .each = 100, .loses = every_second_of_forty}, 1000000, {{680, 20}, {340, 20}}},
    /* What is repeated gets lost, too: a time-out, after which fast recovery is over. */
    {{.delay = 10000, .each = 100, .loses = one_twice}, 1000000, {{780, 2}, {340, 2}}},
    {{.delay = 10000, .each = 100, .loses = both}, 1000000, {{850, 65}, {340, 22}}},
    /* The wire is cut for a while: slow start goes to half of what there was. */
    {{.delay = 10000, .each = 100, .loses = two_seconds}, 2000000, {{2800, 170}, {2800, 170}}},
    /* A round trip longer than the first time-out: that is repeated which waits for its first answer. */
    {{.delay = 700000, .each = 100}, 1000000, {{55000, 12}, {17000, 12}}},
};

/* Of 300,000 bytes with one segment of a hundred lost, and with ten, on a round trip of a millisecond. */
static const unsigned most_of_losses[2][2] = {{60, 3000}, {40, 500}};

int main(void)
{
    for (size_t i = 0; i < sizeof(stream); i++)
        stream[i] = (u8_t)(i * 2654435761U >> 13);
    for (unsigned way = 0; way < 2; way++) {
        selective = way != 0;
        for (size_t i = 0; i < LWIP_ARRAYSIZE(cases); i++) {
            unsigned took;

            seed = 1;
            took = transfer(cases[i].wire, cases[i].length);
            printf("%s case %zu: %u ms, %u of %u sent again\n", selective ? "selective" : "plain", i, took,
                   repeated, segments);
            assert(took <= cases[i].most[way].took && repeated <= cases[i].most[way].repeated);
        }
        for (unsigned loss = 10; loss <= 100; loss *= 10) {
            unsigned took = 0;

            for (unsigned i = 1; i <= 10; i++) {
                seed = i;
                took += transfer((struct wire){.delay = 500, .each = 100, .loss = loss}, 300000);
                transfer((struct wire){500, 100, loss, 10 * loss, loss, loss, NULL}, 300000);
            }
            printf("%u of a thousand lost: %u ms\n", loss, took / 10);
            assert(took / 10 <= most_of_losses[way][loss == 100]);
        }
    }
    return 0;
}
