/*
 * Packets that come in: lwIP sees them where the card has put them.
 */
#include "device.h"

#include <lwip/pbuf.h>

#include "interfaces.h"

_Static_assert(sizeof(struct pbuf_custom) <= NET_BUFFER_OWNER, "lwIP's description lies in the buffer");

static void release(struct pbuf *p)
{
    struct net_buffer *buffer = (struct net_buffer *)p; /* its `owner` */

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

void device_receive(struct net_client *client, struct net_buffer *packets)
{
    struct device *device = device_of(client);
    struct net_buffer *next;

    for (struct net_buffer *packet = packets; packet != NULL; packet = next) {
        u16_t checks = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;
        struct pbuf *p;

        next = packet->next_packet;
        if (!sound(packet) || !device_may_pass(false, packet->data, packet->length)) {
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
