/*
 * Packets that come in: lwIP sees them where the card has put them.
 */
#include "device.h"

#include <lwip/pbuf.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>

#include "account.h"
#include "interfaces.h"

_Static_assert(sizeof(struct pbuf_custom) <= NET_BUFFER_OWNER, "lwIP's description lies in the buffer");

static void release(struct pbuf *p)
{
    struct net_buffer *buffer = (struct net_buffer *)p; /* its `owner` */

    LWIP_ACCOUNT(buffers, -1);
    buffer->next = NULL;
    net_buffer_free(buffer);
}

/* A card with few buffers left gets them back at once: readers may take their time. */
static bool scarce(const struct net_buffer *buffer)
{
    return buffer->pool->available < buffer->pool->count / 2;
}

static struct pbuf *copy(struct net_buffer *packet)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)packet->total, PBUF_RAM);
    u16_t done = 0;

    for (struct net_buffer *b = packet; p != NULL && b != NULL; b = b->next) {
        pbuf_take_at(p, b->data, (u16_t)b->length, done);
        done = (u16_t)(done + b->length);
    }
    net_buffer_free(packet);
    return p;
}

static struct pbuf *adopt(struct net_buffer *packet)
{
    struct pbuf *first = NULL, **place = &first;
    u16_t left = (u16_t)packet->total;

    for (struct net_buffer *b = packet; b != NULL; b = b->next) {
        struct pbuf_custom *custom = (struct pbuf_custom *)b->owner;

        LWIP_ACCOUNT(buffers, 1);
        custom->custom_free_function = release;
        *place = pbuf_alloced_custom(PBUF_RAW, (u16_t)b->length, PBUF_REF, custom, b->data, (u16_t)b->length);
        (*place)->tot_len = left;
        left = (u16_t)(left - b->length);
        place = &(*place)->next;
    }
    return first;
}

/* Whether the packet's lengths are what they should be, and fit into lwIP's 16 bits. */
static bool sound(const struct net_buffer *packet)
{
    uint32_t sum = 0;

    if (packet->total > UINT16_MAX)
        return false;
    for (const struct net_buffer *b = packet; b != NULL; b = b->next)
        sum += b->length;
    return sum == packet->total;
}

/*
 * Whether a frame's addresses can come from outside: not this machine's own, and not the loopback's, which
 * would reach what listens there alone (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3).
 */
static bool from_outside(const struct device *device, const unsigned char *frame, size_t length)
{
    const struct eth_hdr *ethernet = (const struct eth_hdr *)frame;
    const void *ip = ethernet + 1;

    if (ethernet->type == PP_HTONS(ETHTYPE_IP) && length >= SIZEOF_ETH_HDR + IP_HLEN) {
        const struct ip_hdr *four = ip;

        if (((const u8_t *)&four->src)[0] == IP_LOOPBACKNET ||
            ((const u8_t *)&four->dest)[0] == IP_LOOPBACKNET)
            return false;
        /* Who has no address yet asks for one, which goes by UDP. */
        if (four->src.addr == IPADDR_ANY)
            return IPH_PROTO(four) == IP_PROTO_UDP;
        return four->src.addr != netif_ip4_addr(&device->netif)->addr;
    }
#if LWIP_IPV6
    if (ethernet->type == PP_HTONS(ETHTYPE_IPV6) && length >= SIZEOF_ETH_HDR + IP6_HLEN) {
        const struct ip6_hdr *six = ip;
        ip6_addr_t from, to;

        ip6_addr_copy_from_packed(from, six->src);
        ip6_addr_copy_from_packed(to, six->dest);
        return !ip6_addr_isloopback(&from) && !ip6_addr_isloopback(&to) &&
               netif_get_ip6_addr_match((struct netif *)&device->netif, &from) < 0;
    }
#endif
    return true;
}

void device_receive(struct net_client *client, struct net_buffer *packets)
{
    struct device *device = device_of(client);
    struct net_buffer *next;

    for (struct net_buffer *packet = packets; packet != NULL; packet = next) {
        u16_t checks = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;
        struct pbuf *p;

        next = packet->next_packet;
        if (!sound(packet) || !from_outside(device, packet->data, packet->length) ||
            !device_may_pass(false, packet->data, packet->length)) {
            net_buffer_free(packet);
            continue;
        }
        /* What the card has checked need not be checked again; lwIP looks at this within the call. */
        if (packet->flags & NET_BUFFER_CHECKSUM_VALID)
            device->netif.chksum_flags &= (u16_t)~checks;
        else
            device->netif.chksum_flags |= checks;
        p = scarce(packet) ? copy(packet) : adopt(packet);
        if (p != NULL && device->netif.input(p, &device->netif) != ERR_OK)
            pbuf_free(p);
    }
    interfaces_flush();
}
