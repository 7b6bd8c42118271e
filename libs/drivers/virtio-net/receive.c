/* 5.1.6.3 and 5.1.6.4 */
#include "virtio_net.h"

/* The header comes before the frame, so that an IP header lies at a multiple of 16 bytes, and a client finds
 * the headroom that it needs to send the packet on. */
#define ROOM_SKIPPED 6u
_Static_assert(ROOM_SKIPPED + sizeof(struct virtio_net_header) >= NET_DEVICE_HEADROOM,
               "headroom of a packet");

#define BUFFER_BYTES ((uint32_t)(NET_BUFFER_ROOM - ROOM_SKIPPED))
#define SHORTEST NET_DEVICE_HEADER_LENGTH

void virtio_net_refill(struct virtio_net *card)
{
    struct virtio_queue *queue = &card->queues.receive;
    struct net_buffer *buffer;

    while (virtio_queue_room(queue) > 0 && (buffer = net_buffer_take(&card->pool))) {
        buffer->data = net_buffer_room(buffer) + ROOM_SKIPPED;
        virtio_queue_add(queue, buffer->data, BUFFER_BYTES, true);
        virtio_queue_submit(queue, buffer);
    }
    virtio_queue_notify(queue);
}

/* What the header says about the packet, as far as it is believable. A sum that is still to be made must lie
 * in the first buffer, where all headers do. */
static bool describe(struct net_buffer *packet, const struct virtio_net_header *header)
{
    static const uint8_t kinds[] = {
        [VIRTIO_NET_HDR_GSO_TCPV4] = NET_SEGMENTATION_TCP4,
        [VIRTIO_NET_HDR_GSO_TCPV6] = NET_SEGMENTATION_TCP6,
        [VIRTIO_NET_HDR_GSO_UDP_L4] = NET_SEGMENTATION_UDP,
    };
    unsigned kind = header->segmentation & ~VIRTIO_NET_HDR_GSO_ECN;

    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        if ((uint32_t)header->checksum_start + header->checksum_offset + 2 > packet->length)
            return false;
        packet->flags = NET_BUFFER_CHECKSUM_VALID | NET_BUFFER_CHECKSUM_PARTIAL;
        packet->checksum_start = header->checksum_start;
        packet->checksum_offset = header->checksum_offset;
    } else if (header->flags & VIRTIO_NET_HDR_F_DATA_VALID) {
        packet->flags = NET_BUFFER_CHECKSUM_VALID;
    }
    if (kind != VIRTIO_NET_HDR_GSO_NONE) {
        if (kind >= sizeof kinds || !kinds[kind])
            return false;
        packet->segmentation = kinds[kind];
        packet->segment_size = header->segment_size;
    }
    return true;
}

/* The rest of a packet that takes several buffers; false: the device has not got them, which breaks it. */
static bool take_rest(struct virtio_net *card, struct net_buffer *packet, unsigned buffers)
{
    struct net_buffer *last = packet;

    while (--buffers > 0) {
        uint32_t length;
        struct net_buffer *next = virtio_queue_take(&card->queues.receive, &length);

        if (!next) {
            virtio_break(&card->virtio, "a packet has fewer buffers than it said");
            return false;
        }
        next->length = length;
        packet->total += length;
        last->next = next;
        last = next;
    }
    return true;
}

/* The next packet; NULL: there is none. A malformed one is counted and dropped. */
static struct net_buffer *take_packet(struct virtio_net *card)
{
    uint32_t length;
    struct net_buffer *packet;

    while ((packet = virtio_queue_take(&card->queues.receive, &length))) {
        const struct virtio_net_header header = *(const struct virtio_net_header *)(const void *)packet->data;
        bool mergeable = card->virtio.accepted & VIRTIO_NET_F_MRG_RXBUF;

        packet->data += sizeof header;
        packet->length = length < sizeof header ? 0 : length - (uint32_t)sizeof header;
        packet->total = packet->length;
        if ((!mergeable || take_rest(card, packet, header.buffers)) && packet->length >= SHORTEST &&
            describe(packet, &header)) {
            card->net.statistics.received_packets++;
            card->net.statistics.received_bytes += packet->total;
            return packet;
        }
        card->net.statistics.received_errors++;
        net_buffer_free(packet);
    }
    return NULL;
}

unsigned virtio_net_receive(struct virtio_net *card, unsigned budget)
{
    struct net_buffer *first = NULL, **link = &first;
    unsigned count = 0;

    for (; count < budget && (*link = take_packet(card)); count++)
        link = &(*link)->next_packet;
    if (first) {
        if (card->net.client) {
            card->net.client->receive(card->net.client, first);
        } else {
            while (first) {
                struct net_buffer *next = first->next_packet;

                card->net.statistics.received_dropped++;
                net_buffer_free(first);
                first = next;
            }
        }
        virtio_net_refill(card);
    }
    return count;
}
