/* 5.1.6.2 */
#include "virtio_net.h"

static void sent(struct virtio_net *card, void *token)
{
    card->net.client->sent(card->net.client, token);
}

void virtio_net_reclaim(struct virtio_net *card)
{
    void *token;
    uint32_t written;

    while ((token = virtio_queue_take(&card->queues.transmit, &written)))
        sent(card, token);
}

/* Whether the device can send the packet; its length, and that of its description. */
static bool can_send(const struct virtio_net *card, const struct net_packet *packet, size_t *length)
{
    const struct net_device *net = &card->net;

    *length = 0;
    if (card->virtio.broken || !net->link || packet->fragment_count == 0 ||
        packet->fragment_count > net->max_fragments || packet->fragments[0].length < NET_DEVICE_HEADER_LENGTH)
        return false;
    for (unsigned i = 0; i < packet->fragment_count; i++) {
        if (packet->fragments[i].length == 0 || packet->fragments[i].length > net->max_segmented)
            return false;
        *length += packet->fragments[i].length;
    }
    if (packet->checksum && !(net->features & NET_DEVICE_CHECKSUM))
        return false;
    if (packet->segmentation != NET_SEGMENTATION_NONE)
        return net->features & NET_DEVICE_SEGMENT(packet->segmentation) && packet->checksum &&
               packet->segment_size > 0 && *length <= net->max_segmented;
    return *length <= (size_t)net->mtu + NET_DEVICE_HEADER_LENGTH;
}

static void describe(struct virtio_net_header *header, const struct net_packet *packet)
{
    static const uint8_t kinds[] = {
        [NET_SEGMENTATION_NONE] = VIRTIO_NET_HDR_GSO_NONE,
        [NET_SEGMENTATION_TCP4] = VIRTIO_NET_HDR_GSO_TCPV4,
        [NET_SEGMENTATION_TCP6] = VIRTIO_NET_HDR_GSO_TCPV6,
        [NET_SEGMENTATION_UDP] = VIRTIO_NET_HDR_GSO_UDP_L4,
    };

    *header = (struct virtio_net_header){0};
    if (packet->checksum) {
        header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        header->checksum_start = packet->checksum_start;
        header->checksum_offset = packet->checksum_offset;
    }
    if (packet->segmentation != NET_SEGMENTATION_NONE) {
        header->segmentation = kinds[packet->segmentation];
        header->header_length = packet->header_length;
        header->segment_size = packet->segment_size;
    }
}

static void send_one(struct virtio_net *card, const struct net_packet *packet)
{
    struct virtio_queue *queue = &card->queues.transmit;
    const struct net_fragment *fragment = packet->fragments;
    struct virtio_net_header *header =
        (struct virtio_net_header *)((uintptr_t)fragment->data - sizeof(struct virtio_net_header));

    describe(header, packet);
    virtio_queue_add(queue, header, (uint32_t)(fragment->length + sizeof *header), false);
    for (unsigned left = packet->fragment_count; --left > 0;) {
        fragment++;
        virtio_queue_add(queue, fragment->data, (uint32_t)fragment->length, false);
    }
    virtio_queue_submit(queue, packet->token);
}

/* No room: an interrupt tells when half of what is on its way is gone. */
static bool wait_for_room(struct virtio_net *card)
{
    struct virtio_queue *queue = &card->queues.transmit;

    card->stopped = true;
    if (virtio_queue_listen(queue, (uint16_t)(queue->requests / 2 + 1)))
        return true;
    virtio_queue_ignore(queue);
    card->stopped = false;
    return false;
}

unsigned virtio_net_transmit(struct net_device *device, const struct net_packet *packets, unsigned count)
{
    struct virtio_net *card = virtio_net_of(device);
    struct net_statistics *statistics = &device->statistics;
    unsigned taken = 0;

    virtio_net_reclaim(card);
    while (taken < count) {
        const struct net_packet *packet = &packets[taken];
        size_t length;

        if (!can_send(card, packet, &length)) {
            statistics->sent_dropped++;
            sent(card, packet->token);
            taken++;
        } else if (packet->fragment_count <= virtio_queue_room(&card->queues.transmit)) {
            send_one(card, packet);
            statistics->sent_packets++;
            statistics->sent_bytes += length;
            taken++;
        } else if (wait_for_room(card)) {
            break;
        } else {
            virtio_net_reclaim(card);
        }
    }
    virtio_queue_notify(&card->queues.transmit);
    virtio_net_check(card);
    return taken;
}
