/*
 * What lwIP's own files and the kernel define for packets that are sent, as far as tests of that need it:
 * memory, which is counted, buffers, checksums, and network cards that do nothing.
 */
#pragma once

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <lwip/inet_chksum.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/ip6.h>
#include <lwip/udp.h>

#include "../hooks.h"
#include "../interfaces.h"
#include "../large_packet.h"

u16_t ip_id;
struct netif loopback_interface, *netif_list, *netif_default;
static int alive; /* pbufs and blocks */

void *mem_malloc(mem_size_t size)
{
    alive++;
    return malloc(size);
}

void mem_free(void *memory)
{
    alive--;
    free(memory);
}

static struct pbuf *pbuf_of(void *payload, u16_t length, struct pbuf *next)
{
    struct pbuf *p = calloc(1, sizeof(*p));

    assert(p != NULL);
    alive++;
    *p = (struct pbuf){.payload = payload,
                       .len = length,
                       .tot_len = (u16_t)(length + (next != NULL ? next->tot_len : 0)),
                       .ref = 1,
                       .next = next};
    return p;
}

u8_t pbuf_free(struct pbuf *p)
{
    while (p != NULL && --p->ref == 0) {
        struct pbuf *next = p->next;

        if (p->flags & PBUF_FLAG_IS_CUSTOM) {
            ((struct pbuf_custom *)p)->custom_free_function(p);
        } else {
            alive--;
            free(p);
        }
        p = next;
    }
    return 0;
}

void pbuf_ref(struct pbuf *p)
{
    p->ref++;
}

u16_t pbuf_clen(const struct pbuf *p)
{
    u16_t count = 0;

    for (; p != NULL; p = p->next)
        count++;
    return count;
}

struct pbuf *pbuf_clone(pbuf_layer layer, pbuf_type type, struct pbuf *p)
{
    (void)layer;
    (void)type;
    (void)p;
    abort(); /* no packet here has so many parts */
}

struct pbuf *pbuf_alloced_custom(pbuf_layer layer, u16_t length, pbuf_type type, struct pbuf_custom *p,
                                 void *payload, u16_t room)
{
    (void)layer;
    (void)type;
    (void)room;
    p->pbuf = (struct pbuf){
        .payload = payload, .len = length, .tot_len = length, .ref = 1, .flags = PBUF_FLAG_IS_CUSTOM};
    return &p->pbuf;
}

u16_t lwip_htons(u16_t n)
{
    return __builtin_bswap16(n);
}

u32_t lwip_htonl(u32_t n)
{
    return __builtin_bswap32(n);
}

static u16_t folded(u32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (u16_t)sum;
}

static u32_t words(const void *data, size_t size)
{
    const u8_t *bytes = data;
    u32_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += i % 2 == 0 ? bytes[i] : (u32_t)bytes[i] << 8;
    return sum;
}

u16_t inet_chksum(const void *data, u16_t size)
{
    return (u16_t)~folded(words(data, size));
}

void *heap_alloc(size_t size)
{
    return malloc(size);
}

void heap_free(void *memory)
{
    free(memory);
}

err_t etharp_output(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
    (void)netif;
    (void)p;
    (void)to;
    return ERR_OK;
}

err_t ethip6_output(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
    (void)netif;
    (void)p;
    (void)to;
    return ERR_OK;
}

err_t ethernet_input(struct pbuf *p, struct netif *netif)
{
    (void)p;
    (void)netif;
    return ERR_OK;
}

void netif_set_up(struct netif *netif)
{
    (void)netif;
}

void netif_set_link_up(struct netif *netif)
{
    (void)netif;
}

void netif_set_link_down(struct netif *netif)
{
    (void)netif;
}

void netif_set_default(struct netif *netif)
{
    netif_default = netif;
}

struct netif *netif_add_noaddr(struct netif *netif, void *state, netif_init_fn begin, netif_input_fn input)
{
    (void)state;
    (void)input;
    begin(netif);
    netif_list = netif;
    return netif;
}

const ip_addr_t *ip6_select_source_address(struct netif *netif, const ip6_addr_t *to)
{
    (void)netif;
    (void)to;
    return NULL;
}

void device_receive(struct net_client *client, struct net_buffer *packets)
{
    (void)client;
    (void)packets;
}
