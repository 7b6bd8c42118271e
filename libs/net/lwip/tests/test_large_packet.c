// instead: ../large_packet.c ../device.c
// upstream: lwip
// cflags: -DCONFIG_LWIP_IPV6=1 -DCONFIG_LWIP_SEGMENTATION=1 -DCONFIG_LWIP_ETHERNET=1
/*
 * What lwIP sends, as a card gets it: cut up as virtio 1.2, 5.1.6.2 and Linux have it, large packets are the
 * segments that lwIP made, in their order, with the marks of an end on the last one only.
 */
#include "lwip_stand_ins.h"

#define MSS 1460
#define FLOWS 3
#define STREAM 4000000
#define ROOM 66 /* in front of a segment, for the headers below */

int devices_start(void);
void devices_flush(void);

/* Connections: what was sent on them, and how much of it the card has got. */
static struct connection {
    struct tcp_pcb pcb;
    u32_t sent, arrived; /* bytes from the beginning */
    bool ended, end_arrived;
} connections[FLOWS];

static u8_t stream[STREAM + 65536];
static unsigned large_packets, segments_in_large;

/* One frame of the wire, as it was sent or as the card would have made it of a large packet. */
static void arrives(bool six, const struct tcp_hdr *tcp, const u8_t *data, size_t size, u8_t flags)
{
    u16_t port = lwip_ntohs(tcp->src);
    struct connection *connection;

    assert(port >= 1 && port <= FLOWS);
    connection = &connections[port - 1];
    assert((IP_IS_V6(&connection->pcb.remote_ip) != 0) == six);
    assert(lwip_ntohs(tcp->dest) == 80 && size <= MSS && !connection->end_arrived);
    assert((flags & (TCP_SYN | TCP_RST | TCP_URG)) == 0 && (flags & TCP_ACK) != 0);
    assert(memcmp(data, stream + connection->arrived, size) == 0);
    connection->arrived += (u32_t)size;
    connection->end_arrived = (flags & TCP_FIN) != 0;
}

static void check_packet(const struct net_packet *packet)
{
    static u8_t frame[70000];
    size_t size = 0, headers, transport;
    const struct tcp_hdr *tcp;
    u32_t pseudo, sequence;
    u8_t flags;
    bool six;

    for (unsigned i = 0; i < packet->fragment_count; i++) {
        assert(packet->fragments[i].length != 0);
        memcpy(frame + size, packet->fragments[i].data, packet->fragments[i].length);
        size += packet->fragments[i].length;
    }
    six = ((const struct eth_hdr *)frame)->type == PP_HTONS(ETHTYPE_IPV6);
    transport = SIZEOF_ETH_HDR + (six ? IP6_HLEN : IP_HLEN);
    headers = transport + TCP_HLEN;
    tcp = (const struct tcp_hdr *)(frame + transport);
    assert(packet->checksum && packet->checksum_start == transport && packet->checksum_offset == 16);
    if (six) {
        const struct ip6_hdr *ip = (const struct ip6_hdr *)(frame + SIZEOF_ETH_HDR);

        assert(IP6H_PLEN(ip) == size - transport);
        pseudo = words(&ip->src, 32);
    } else {
        const struct ip_hdr *ip = (const struct ip_hdr *)(frame + SIZEOF_ETH_HDR);

        assert(lwip_ntohs(IPH_LEN(ip)) == size - SIZEOF_ETH_HDR && inet_chksum(ip, IP_HLEN) == 0);
        pseudo = words(&ip->src, 8);
    }
    pseudo += lwip_htons((u16_t)(size - transport)) + lwip_htons(IP_PROTO_TCP);
    assert(tcp->chksum == folded(pseudo));
    flags = TCPH_FLAGS(tcp);
    sequence = lwip_ntohl(tcp->seqno);
    assert(sequence == connections[lwip_ntohs(tcp->src) - 1].arrived);
    if (packet->segmentation == NET_SEGMENTATION_NONE) {
        arrives(six, tcp, frame + headers, size - headers, flags);
        return;
    }
    assert(packet->segmentation == (six ? NET_SEGMENTATION_TCP6 : NET_SEGMENTATION_TCP4));
    assert(packet->segment_size == MSS && packet->header_length == headers && size - headers > MSS);
    large_packets++;
    for (size_t at = headers; at < size; at += MSS) {
        bool last = size - at <= MSS;

        arrives(six, tcp, frame + at, last ? size - at : MSS, last ? flags : flags & ~(TCP_FIN | TCP_PSH));
        segments_in_large++;
    }
}

static unsigned takes = 1000; /* packets that the card has room for */
static void *held[64];        /* tokens of packets that are on their way */
static unsigned held_count;
static struct net_client *client;

static void give_back(void)
{
    while (held_count != 0)
        client->sent(client, held[--held_count]);
}

static int open_card(struct net_device *device, struct net_client *by)
{
    (void)device;
    client = by;
    return 0;
}

static unsigned transmit(struct net_device *device, const struct net_packet *packets, unsigned count)
{
    unsigned taken = 0;

    assert(device->max_fragments >= 8);
    for (; taken < count && taken < takes; taken++) {
        assert(packets[taken].fragment_count <= device->max_fragments);
        check_packet(&packets[taken]);
        if (held_count == 64)
            give_back();
        held[held_count++] = packets[taken].token;
    }
    return taken;
}

static const struct net_device_operations operations = {.open = open_card, .transmit = transmit};
static struct net_device card = {.operations = &operations,
                                 .mtu = 1500,
                                 .features = NET_DEVICE_CHECKSUM | NET_DEVICE_SEGMENT(NET_SEGMENTATION_TCP4) |
                                             NET_DEVICE_SEGMENT(NET_SEGMENTATION_TCP6),
                                 .max_fragments = 64,
                                 .max_segmented = 65550,
                                 .link = true};
static struct net_device *cards = &card;
static const struct net_driver driver = {"test", &cards};
const struct net_driver *const net_drivers[] = {&driver};
const size_t net_drivers_count = 1;

/* A segment with its bytes behind the header, or in one or two parts of their own, as lwIP makes them. */
static struct pbuf *made(u8_t *room, u32_t from, u16_t size, unsigned parts)
{
    struct pbuf *data = NULL;

    if (parts == 0 || size == 0) {
        memcpy(room + ROOM + TCP_HLEN, stream + from, size);
        return pbuf_of(room + ROOM, (u16_t)(TCP_HLEN + size), NULL);
    }
    if (parts == 2 && size > 1)
        data = pbuf_of(stream + from + size / 2, (u16_t)(size - size / 2), NULL);
    else
        parts = 1;
    data = pbuf_of(stream + from, parts == 2 ? size / 2 : size, data);
    return pbuf_of(room + ROOM, TCP_HLEN, data);
}

/* As lwIP's ip_output_if(), etharp and ethernet do with a packet that did not join another. */
static void goes_out(struct connection *connection, struct pbuf *p)
{
    bool six = IP_IS_V6(&connection->pcb.remote_ip);
    u16_t header = six ? IP6_HLEN : IP_HLEN, length = p->tot_len, whole = (u16_t)(SIZEOF_ETH_HDR + header);
    struct eth_hdr *ethernet = (struct eth_hdr *)((u8_t *)p->payload - whole);

    memset(ethernet, 0, whole);
    ethernet->type = six ? PP_HTONS(ETHTYPE_IPV6) : PP_HTONS(ETHTYPE_IP);
    if (six) {
        struct ip6_hdr *ip = (struct ip6_hdr *)(ethernet + 1);

        IP6H_VTCFL_SET(ip, 6, 0, 0);
        IP6H_PLEN_SET(ip, length);
        IP6H_NEXTH_SET(ip, IP_PROTO_TCP);
        ip6_addr_copy_to_packed(ip->src, *ip_2_ip6(&connection->pcb.local_ip));
        ip6_addr_copy_to_packed(ip->dest, *ip_2_ip6(&connection->pcb.remote_ip));
    } else {
        struct ip_hdr *ip = (struct ip_hdr *)(ethernet + 1);

        IPH_VHL_SET(ip, 4, IP_HLEN / 4);
        IPH_LEN_SET(ip, lwip_htons((u16_t)(length + header)));
        IPH_PROTO_SET(ip, IP_PROTO_TCP);
        ip->src.addr = ip_2_ip4(&connection->pcb.local_ip)->addr;
        ip->dest.addr = ip_2_ip4(&connection->pcb.remote_ip)->addr;
        IPH_CHKSUM_SET(ip, inet_chksum(ip, IP_HLEN));
    }
    p->payload = ethernet;
    p->len = (u16_t)(p->len + whole);
    p->tot_len = (u16_t)(p->tot_len + whole);
    assert(netif_list->linkoutput(netif_list, p) == ERR_OK);
    if (rand() % 2 != 0) { /* the headers may be taken off again */
        p->payload = (u8_t *)p->payload + whole;
        p->len = (u16_t)(p->len - whole);
        p->tot_len = (u16_t)(p->tot_len - whole);
    }
}

static void send_segment(struct connection *connection, u16_t size, u8_t flags, unsigned parts, u32_t ackno)
{
    static u8_t rooms[4096][ROOM + TCP_HLEN + MSS];
    static unsigned next;
    u8_t *room = rooms[next++ % 4096];
    struct tcp_hdr *tcp = (struct tcp_hdr *)(room + ROOM);
    struct pbuf *p = made(room, connection->sent, size, parts);
    struct tcp_seg segment = {.p = p, .len = size, .tcphdr = tcp};
    u8_t before;

    *tcp = (struct tcp_hdr){.src = lwip_htons(connection->pcb.local_port),
                            .dest = lwip_htons(80),
                            .seqno = lwip_htonl(connection->sent),
                            .ackno = lwip_htonl(ackno),
                            .wnd = 1000};
    TCPH_HDRLEN_FLAGS_SET(tcp, 5, flags);
    before = flags;
    if (!large_packet_append_segment(netif_list, &connection->pcb, &segment))
        goes_out(connection, p);
    connection->sent += size;
    /* What lwIP may send again stays as it was. */
    assert(TCPH_FLAGS(tcp) == before);
    pbuf_free(p);
}

static void begin(void)
{
    for (unsigned i = 0; i < FLOWS; i++) {
        struct connection *connection = &connections[i];

        *connection =
            (struct connection){.pcb = {.mss = MSS, .local_port = (u16_t)(i + 1), .remote_port = 80}};
        if (i == 2) {
            IP_ADDR6_HOST(&connection->pcb.local_ip, 0xfd000000, 0, 0, 1);
            IP_ADDR6_HOST(&connection->pcb.remote_ip, 0xfd000000, 0, 0, 2);
        } else {
            IP_ADDR4(&connection->pcb.local_ip, 10, 0, 2, 15);
            IP_ADDR4(&connection->pcb.remote_ip, 10, 0, 2, 2);
        }
    }
}

static void end(void)
{
    takes = 1000;
    devices_flush();
    for (unsigned i = 0; i < FLOWS; i++) {
        assert(connections[i].arrived == connections[i].sent);
        assert(connections[i].end_arrived == connections[i].ended);
    }
    give_back();
    assert(alive == 0);
}

/* A window's worth at once: as few packets as can be, each as long as can be. */
static void test_a_window(unsigned parts, unsigned which)
{
    unsigned before = large_packets, ids = ip_id;

    begin();
    for (unsigned i = 0; i < 88; i++)
        send_segment(&connections[which], MSS, TCP_ACK | (i % 11 == 10 ? TCP_PSH : 0), parts, 1);
    send_segment(&connections[which], 100, TCP_ACK | TCP_PSH | TCP_FIN, parts, 1);
    connections[which].ended = true;
    end();
    assert(large_packets - before <= 3 && (u16_t)(ip_id - ids) >= 85);
}

/* What belongs to others, has another acknowledgement, is short, or ended, is not joined; nor by other cards.
 */
static void test_anything(unsigned rounds)
{
    begin();
    for (unsigned i = 0; i < rounds; i++) {
        struct connection *connection =
            &connections[rand() % 8 < 6 ? i / 64 % FLOWS : (unsigned)rand() % FLOWS];
        u16_t size = rand() % 12 != 0 ? MSS : (u16_t)(rand() % (MSS + 1));
        u8_t flags = TCP_ACK | (rand() % 8 == 0 ? TCP_PSH : 0);

        if (connection->ended || connection->sent + MSS > STREAM)
            continue;
        if (rand() % 400 == 0) {
            flags |= TCP_FIN;
            connection->ended = true;
        }
        send_segment(connection, size, flags, (unsigned)rand() % 3, i / 50);
        if (rand() % 40 == 0) {
            takes = (unsigned)rand() % 20;
            devices_flush();
            if (rand() % 2 != 0)
                give_back();
        }
        if (rand() % 100 == 0 || i % 200 == 199) {
            takes = 1000;
            devices_flush();
        }
    }
    end();
}

int main(void)
{
    for (size_t i = 0; i < sizeof(stream); i++)
        stream[i] = (u8_t)(i * 2654435761U >> 13);
    assert(devices_start() == 0);
    for (unsigned parts = 0; parts < 3; parts++)
        for (unsigned which = 0; which < FLOWS; which++)
            test_a_window(parts, which);
    for (unsigned seed = 1; seed <= 60; seed++) {
        srand(seed);
        card.max_fragments = (uint16_t)(seed % 3 == 0 ? 8 + seed % 20 : 64);
        test_anything(3000);
    }
    assert(large_packets > 1000 && segments_in_large > 5 * large_packets);
    /* A card that does not cut up gets segments; so does one that does it for the other IP only. */
    large_packets = 0;
    card.features = NET_DEVICE_CHECKSUM;
    test_anything(1000);
    assert(large_packets == 0);
    return 0;
}
