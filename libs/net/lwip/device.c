/*
 * Network cards: opening them, and sending. Packets wait in a queue of ours until interfaces_flush(), and
 * there as long as the card has no room.
 */
#include "device.h"

#include <errno.h>
#include <heap.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/inet_chksum.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/prot/tcp.h>
#include <lwip/prot/udp.h>
#include <netif/ethernet.h>
#include <string.h>

#include "interfaces.h"
#include "large_packet.h"

#define BATCH 16u
#define FRAGMENTS 8u /* of a packet; one with more is copied */

static void sent(struct net_client *client, void *token)
{
    (void)client;
    pbuf_free(token);
}

/* The sum of 16-bit words, which may carry into the upper half. */
static u32_t sum_words(const void *from, size_t count)
{
    const u16_t *words = from;
    u32_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += words[i];
    return sum;
}

/*
 * TCP never sends fragments or further headers of IPv6. (Datagrams that are not large may be cut up by IP,
 * and have their sum already.)
 */
void device_prepare_checksum(const struct device_packet *from, u8_t protocol, struct net_packet *packet)
{
    const struct eth_hdr *ethernet = from->start;
    char *ip = (char *)(ethernet + 1);
    size_t header;
    size_t at =
        protocol == IP_PROTO_TCP ? offsetof(struct tcp_hdr, chksum) : offsetof(struct udp_hdr, chksum);
    u16_t *sum;
    u32_t pseudo;

    if (from->length < SIZEOF_ETH_HDR + IP_HLEN)
        return;
    if (ethernet->type == PP_HTONS(ETHTYPE_IP)) {
        const struct ip_hdr *four = (const struct ip_hdr *)ip;

        if (IPH_PROTO(four) != protocol)
            return;
        header = IPH_HL_BYTES(four);
        pseudo = sum_words(&four->src, 4) + lwip_htons((u16_t)(lwip_ntohs(IPH_LEN(four)) - header));
#if LWIP_IPV6
    } else if (ethernet->type == PP_HTONS(ETHTYPE_IPV6)) {
        const struct ip6_hdr *six = (const struct ip6_hdr *)ip;

        if (from->length < SIZEOF_ETH_HDR + IP6_HLEN || IP6H_NEXTH(six) != protocol)
            return;
        header = IP6_HLEN;
        pseudo = sum_words(&six->src, 16) + six->_plen;
#endif
    } else {
        return;
    }
    if (from->length < SIZEOF_ETH_HDR + header + at + sizeof(*sum))
        return;
    pseudo += lwip_htons(protocol);
    pseudo = FOLD_U32T(pseudo);
    sum = (u16_t *)(ip + header + at);
    *sum = (u16_t)FOLD_U32T(pseudo);
    packet->checksum = true;
    packet->checksum_start = (uint16_t)(SIZEOF_ETH_HDR + header);
    packet->checksum_offset = (uint16_t)at;
}

static void describe(const struct device *device, const struct device_packet *from, struct net_packet *packet,
                     struct net_fragment *fragments)
{
    unsigned count = 1;

    if (large_packet_describe(from, packet))
        return;
    fragments[0] = (struct net_fragment){from->start, from->length};
    for (const struct pbuf *p = from->p->next; p != NULL; p = p->next)
        if (p->len != 0)
            fragments[count++] = (struct net_fragment){p->payload, p->len};
    *packet =
        (struct net_packet){.fragments = fragments, .fragment_count = (uint16_t)count, .token = from->p};
    if (device->device->features & NET_DEVICE_CHECKSUM)
        device_prepare_checksum(from, IP_PROTO_TCP, packet);
}

static void flush(struct device *device)
{
    /* Not on the caller's stack; nobody comes here while this runs. */
    static struct net_packet packets[BATCH];
    static struct net_fragment fragments[BATCH][FRAGMENTS];
    unsigned count, taken;

    do {
        count = device->count < BATCH ? device->count : BATCH;
        if (count == 0)
            return;
        for (unsigned i = 0; i < count; i++)
            describe(device, &device->queue[(device->first + i) % DEVICE_QUEUE], &packets[i], fragments[i]);
        taken = device->device->operations->transmit(device->device, packets, count);
        device->first += taken;
        device->count -= taken;
    } while (taken == count);
}

static void room(struct net_client *client)
{
    flush(device_of(client));
}

static void link_changed(struct net_client *client)
{
    struct device *device = device_of(client);

    if (device->device->link)
        netif_set_link_up(&device->netif);
    else
        netif_set_link_down(&device->netif);
}

static err_t link_output(struct netif *netif, struct pbuf *p)
{
    struct device *device = (struct device *)netif;
    unsigned limit = device->device->max_fragments < FRAGMENTS ? device->device->max_fragments : FRAGMENTS;

    if (!device_may_pass(true, p->payload, p->len))
        return ERR_OK; /* as if it were lost on the way */
    if (device->count == DEVICE_QUEUE)
        return ERR_BUF;
    if (pbuf_clen(p) <= limit) {
        pbuf_ref(p);
    } else {
        p = pbuf_clone(PBUF_RAW_TX, PBUF_RAM, p);
        if (p == NULL)
            return ERR_MEM;
    }
    device->queue[(device->first + device->count++) % DEVICE_QUEUE] =
        (struct device_packet){p, p->payload, p->len};
    return ERR_OK;
}

static err_t setup(struct netif *netif)
{
    struct device *device = (struct device *)netif;

    netif->name[0] = 'e';
    netif->name[1] = 't';
    netif->mtu = device->device->mtu;
    netif->hwaddr_len = NET_DEVICE_ADDRESS_LENGTH;
    memcpy(netif->hwaddr, device->device->address, NET_DEVICE_ADDRESS_LENGTH);
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    netif->output = etharp_output;
#if LWIP_IPV6
    netif->output_ip6 = ethip6_output;
#endif
    netif->linkoutput = link_output;
    if (device->device->features & NET_DEVICE_CHECKSUM)
        NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_ENABLE_ALL & ~NETIF_CHECKSUM_GEN_TCP);
    return ERR_OK;
}

static int start(struct net_device *from)
{
    struct device *device = heap_alloc(sizeof(*device));
    int error;

    if (device == NULL)
        return -ENOMEM;
    memset(device, 0, sizeof(*device));
    device->device = from;
    device->client = (struct net_client){
        .receive = device_receive, .sent = sent, .room = room, .link_changed = link_changed};
    error = from->operations->open(from, &device->client);
    if (error != 0) {
        heap_free(device);
        return error == -EBUSY ? 0 : error; /* somebody else's */
    }
    netif_add_noaddr(&device->netif, NULL, setup, ethernet_input);
    if (netif_default == NULL)
        netif_set_default(&device->netif);
    link_changed(&device->client);
    netif_set_up(&device->netif);
    return 0;
}

int devices_start(void)
{
    for (size_t i = 0; i < net_drivers_count; i++)
        for (struct net_device *d = *net_drivers[i]->devices; d != NULL; d = d->next) {
            int error = start(d);

            if (error != 0)
                return error;
        }
    return 0;
}

void devices_flush(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    if (netif != &loopback_interface)
        flush((struct device *)netif);
}

void devices_reclaim(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    if (netif != &loopback_interface) {
        struct net_device *device = ((struct device *)netif)->device;

        device->operations->poll(device, 0);
    }
}

struct netif *devices_first(void)
{
    return netif_default;
}
