#include "large_packet.h"

#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/mem.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/tcp.h>
#include <lwip/prot/udp.h>
#include <lwip/udp.h>
#include <string.h>

#include "hooks.h"
#include "interfaces.h"

#define PARTS 45u     /* segments of 1,460 bytes in a packet of 64 KiB */
#define FRAGMENTS 60u /* the headers, and the parts, of which some lie in two pages */
#define HEADERS 74u   /* Ethernet's 14, IPv6's 40 and TCP's 20 bytes */

struct large_packet {
    struct pbuf_custom pbuf; /* first: what waits in the queue */
    struct pbuf *parts[PARTS];
    uint16_t part_count, fragment_count;
    uint16_t segment_size;
    uint8_t segmentation; /* enum net_segmentation */
    uint32_t payload;     /* bytes behind the headers */
    struct net_fragment fragments[FRAGMENTS];
    _Alignas(8) unsigned char headroom[NET_DEVICE_HEADROOM + 2]; /* so that the header of IP is aligned */
    unsigned char headers[HEADERS];
};

/* Both ends of a flow, and where a packet of it has what. */
struct flow {
    const ip_addr_t *local, *remote;
    u16_t local_port, remote_port; /* in host byte order */
    u8_t protocol;
    u8_t transport_length; /* bytes of TCP's or UDP's header */
    u16_t transport;       /* bytes in front of that */
    u16_t payload;         /* bytes of a packet that is not large */
};

static void release(struct pbuf *p)
{
    struct large_packet *large = (struct large_packet *)p;

    for (unsigned i = 0; i < large->part_count; i++)
        pbuf_free(large->parts[i]);
    mem_free(large);
}

static struct large_packet *large_of(struct pbuf *p)
{
    if (!(p->flags & PBUF_FLAG_IS_CUSTOM) || ((struct pbuf_custom *)p)->custom_free_function != release)
        return NULL;
    return (struct large_packet *)p;
}

/* The last packet that waits, if it belongs to the flow; the rest of `flow` is filled in. */
static struct device_packet *last_of(struct device *device, struct flow *flow)
{
    struct device_packet *last = &device->queue[(device->first + device->count - 1) % DEVICE_QUEUE];
    const struct eth_hdr *ethernet = last->start;
    const u16_t *ports;

    if (device->count == 0 || last->length < SIZEOF_ETH_HDR + IP_HLEN)
        return NULL;
    if (ethernet->type == PP_HTONS(ETHTYPE_IP)) {
        const struct ip_hdr *four = (const struct ip_hdr *)(ethernet + 1);

        if (four->_v_hl != (4 << 4 | IP_HLEN / 4) || IPH_PROTO(four) != flow->protocol ||
            !IP_IS_V4(flow->remote) || four->src.addr != ip_2_ip4(flow->local)->addr ||
            four->dest.addr != ip_2_ip4(flow->remote)->addr ||
            (IPH_OFFSET(four) & PP_HTONS(IP_OFFMASK | IP_MF)) != 0)
            return NULL;
        flow->transport = SIZEOF_ETH_HDR + IP_HLEN;
        flow->payload = (u16_t)(lwip_ntohs(IPH_LEN(four)) - IP_HLEN - flow->transport_length);
#if LWIP_IPV6
    } else if (ethernet->type == PP_HTONS(ETHTYPE_IPV6)) {
        const struct ip6_hdr *six = (const struct ip6_hdr *)(ethernet + 1);

        if (last->length < SIZEOF_ETH_HDR + IP6_HLEN || IP6H_NEXTH(six) != flow->protocol ||
            !IP_IS_V6(flow->remote) || memcmp(&six->src, ip_2_ip6(flow->local)->addr, 16) != 0 ||
            memcmp(&six->dest, ip_2_ip6(flow->remote)->addr, 16) != 0)
            return NULL;
        flow->transport = SIZEOF_ETH_HDR + IP6_HLEN;
        flow->payload = (u16_t)(IP6H_PLEN(six) - flow->transport_length);
#endif
    } else {
        return NULL;
    }
    if (last->length < flow->transport + flow->transport_length)
        return NULL;
    ports = (const u16_t *)((const char *)last->start + flow->transport);
    if (ports[0] != lwip_htons(flow->local_port) || ports[1] != lwip_htons(flow->remote_port))
        return NULL;
    return last;
}

static bool may_cut(const struct device *device, unsigned segmentation)
{
    unsigned wanted = NET_DEVICE_CHECKSUM | NET_DEVICE_SEGMENT(segmentation);

    return (device->device->features & wanted) == wanted;
}

/* Adds `length` bytes of memory; what lies behind the last in memory, too, needs no new description. */
static bool add_fragment(struct large_packet *large, unsigned limit, const void *data, size_t length)
{
    struct net_fragment *last = &large->fragments[large->fragment_count - 1];

    if (large->fragment_count > 1 && (const char *)last->data + last->length == data) {
        last->length += length;
        return true;
    }
    if (large->fragment_count == limit)
        return false;
    large->fragments[large->fragment_count++] = (struct net_fragment){data, length};
    return true;
}

/* Adds what `p` holds behind its first `headers` bytes, which are all in its first part; all or nothing. */
static bool add_part(const struct device *device, struct large_packet *large, struct pbuf *p, u16_t headers)
{
    unsigned limit = device->device->max_fragments < FRAGMENTS ? device->device->max_fragments : FRAGMENTS;
    uint16_t count = large->fragment_count;
    size_t length = large->fragments[count - 1].length;
    u16_t skipped = headers;

    if (large->part_count == PARTS)
        return false;
    for (const struct pbuf *q = p; q != NULL; q = q->next, skipped = 0)
        if (q->len > skipped &&
            !add_fragment(large, limit, (const char *)q->payload + skipped, (size_t)(q->len - skipped))) {
            large->fragment_count = count;
            large->fragments[count - 1].length = length;
            return false;
        }
    pbuf_ref(p);
    large->parts[large->part_count++] = p;
    large->payload += (uint32_t)(p->tot_len - headers);
    return true;
}

/* Makes a packet that waits a large one, with headers of its own: lwIP may send the packet's again. */
static struct large_packet *enlarge(const struct device *device, struct device_packet *packet,
                                    const struct flow *flow, unsigned segmentation)
{
    u16_t headers = (u16_t)(flow->transport + flow->transport_length);
    struct pbuf *p = packet->p;
    struct large_packet *large = mem_malloc(sizeof(*large));
    u16_t skipped;

    if (large == NULL)
        return NULL;
    large->part_count = 0;
    large->segmentation = (uint8_t)segmentation;
    large->segment_size = flow->payload;
    large->payload = 0;
    large->pbuf.custom_free_function = release;
    memcpy(large->headers, packet->start, headers);
    large->fragments[0] = (struct net_fragment){large->headers, headers};
    large->fragment_count = 1;
    /* The headers may have been taken off again since. */
    skipped = (u16_t)((char *)packet->start + headers - (char *)p->payload);
    if (!add_part(device, large, p, skipped)) {
        mem_free(large);
        return NULL;
    }
    large->payload = flow->payload;
    pbuf_free(p); /* the queue's; it is the first part now */
    packet->p = pbuf_alloced_custom(PBUF_RAW, headers, PBUF_REF, &large->pbuf, large->headers, headers);
    packet->start = large->headers;
    packet->length = headers;
    return large;
}

/* Adds a segment to a packet of the same flow, of which all before have `size` bytes. */
static bool append(const struct device *device, struct device_packet *packet, const struct flow *flow,
                   unsigned segmentation, u16_t size, struct pbuf *p, u16_t skipped)
{
    struct large_packet *large = large_of(packet->p);
    uint32_t payload = large != NULL ? large->payload : flow->payload;
    uint32_t total = payload + p->tot_len - skipped;

    if (payload == 0 || payload % size != 0 || p->tot_len - skipped > size)
        return false;
    if (large == NULL ? payload != size : large->segment_size != size)
        return false;
    total += flow->transport + flow->transport_length;
    if (total > device->device->max_segmented || total > UINT16_MAX)
        return false;
    if (large == NULL)
        large = enlarge(device, packet, flow, segmentation);
    if (large == NULL || !add_part(device, large, p, skipped))
        return false;
    ip_id++; /* the card numbers the packets that it makes */
    return true;
}

bool large_packet_append_segment(struct netif *netif, const struct tcp_pcb *pcb,
                                 const struct tcp_seg *segment)
{
    struct device *device = (struct device *)netif;
    unsigned segmentation = IP_IS_V6(&pcb->remote_ip) ? NET_SEGMENTATION_TCP6 : NET_SEGMENTATION_TCP4;
    struct flow flow = {.local = &pcb->local_ip,
                        .remote = &pcb->remote_ip,
                        .local_port = pcb->local_port,
                        .remote_port = pcb->remote_port,
                        .protocol = IP_PROTO_TCP,
                        .transport_length = TCP_HLEN};
    const struct tcp_hdr *header = segment->tcphdr;
    struct device_packet *last;
    struct large_packet *large;
    struct tcp_hdr *before;
    uint32_t payload;

    if (segment->len == 0 || netif == &loopback_interface || !may_cut(device, segmentation))
        return false;
    last = last_of(device, &flow);
    if (last == NULL)
        return false;
    before = (struct tcp_hdr *)((char *)last->start + flow.transport);
    large = large_of(last->p);
    payload = large != NULL ? large->payload : flow.payload;
    /* Of all flags, those that mark the end of data are the only ones that a later segment may bring. */
    if (TCPH_HDRLEN_BYTES(header) != TCP_HLEN || TCPH_HDRLEN_BYTES(before) != TCP_HLEN ||
        (TCPH_FLAGS(before) & ~TCP_PSH) != TCP_ACK ||
        (TCPH_FLAGS(header) & ~(TCP_PSH | TCP_FIN)) != TCP_ACK || before->ackno != header->ackno ||
        before->wnd != header->wnd || lwip_ntohl(before->seqno) + payload != lwip_ntohl(header->seqno) ||
        !append(device, last, &flow, segmentation, pcb->mss, segment->p, TCP_HLEN))
        return false;
    before = (struct tcp_hdr *)((char *)last->start + flow.transport);
    TCPH_SET_FLAG(before, TCPH_FLAGS(header));
    return true;
}

bool large_packet_append_datagram(struct netif *netif, const struct udp_pcb *pcb, struct pbuf *data,
                                  u16_t size, const ip_addr_t *to, u16_t port)
{
    struct device *device = (struct device *)netif;
    const ip_addr_t *local = ip_netif_get_local_ip(netif, to);
    struct flow flow = {.local = ip_addr_isany(&pcb->local_ip) ? local : &pcb->local_ip,
                        .remote = to,
                        .local_port = pcb->local_port,
                        .remote_port = port,
                        .protocol = IP_PROTO_UDP,
                        .transport_length = UDP_HLEN};
    struct device_packet *last;

    if (netif == &loopback_interface || flow.local == NULL || !may_cut(device, NET_SEGMENTATION_UDP))
        return false;
    last = last_of(device, &flow);
    return last != NULL && append(device, last, &flow, NET_SEGMENTATION_UDP, size, data, 0);
}

bool large_packet_describe(const struct device_packet *from, struct net_packet *packet)
{
    const struct large_packet *large = large_of(from->p);
    struct eth_hdr *ethernet = from->start;
    u16_t ip_header = IP_HLEN, length;
    bool datagrams;

    if (large == NULL)
        return false;
    datagrams = large->segmentation == NET_SEGMENTATION_UDP;
#if LWIP_IPV6
    if (ethernet->type == PP_HTONS(ETHTYPE_IPV6))
        ip_header = IP6_HLEN;
#endif
    length = (u16_t)(large->payload + (datagrams ? UDP_HLEN : TCP_HLEN));
    if (datagrams)
        ((struct udp_hdr *)((char *)(ethernet + 1) + ip_header))->len = lwip_htons(length);
#if LWIP_IPV6
    if (ip_header == IP6_HLEN)
        IP6H_PLEN_SET((struct ip6_hdr *)(ethernet + 1), length);
#endif
    if (ip_header == IP_HLEN) {
        struct ip_hdr *four = (struct ip_hdr *)(ethernet + 1);

        IPH_LEN_SET(four, lwip_htons((u16_t)(length + IP_HLEN)));
        IPH_CHKSUM_SET(four, 0);
        IPH_CHKSUM_SET(four, inet_chksum(four, IP_HLEN));
    }
    *packet = (struct net_packet){.fragments = large->fragments,
                                  .fragment_count = large->fragment_count,
                                  .segmentation = large->segmentation,
                                  .segment_size = large->segment_size,
                                  .header_length = from->length,
                                  .token = from->p};
    device_prepare_checksum(from, datagrams ? IP_PROTO_UDP : IP_PROTO_TCP, packet);
    return true;
}
