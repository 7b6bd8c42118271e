#include "virtio_net.h"

#include <errno.h>
#include <heap.h>
#include <log.h>
#include <pages.h>

#define TYPE_NETWORK 1 /* 5.1.1 */

/* 5.1.2 */
#define QUEUE_RECEIVE 0
#define QUEUE_TRANSMIT 1

/* 5.1.4: struct virtio_net_config */
#define CONFIGURATION_MAC 0
#define CONFIGURATION_STATUS 6
#define STATUS_LINK_UP 1u
#define CONFIGURATION_MTU 10

#define MTU_USUAL 1500
#define MTU_LEAST 68 /* RFC 791, section 3.2 */

#define BATCH 64u /* packets that are handled at once */

#define FRAGMENTS 64u            /* a packet of 64 KiB in pages, or in what a TCP segment holds */
#define LONGEST_SEGMENTED 65550u /* IPv4's longest packet and the Ethernet header */

#define BUFFERS_FOR_LARGE (2 * LONGEST_SEGMENTED / NET_BUFFER_ROOM)

static struct net_device *devices;

static void read_link(struct virtio_net *card)
{
    bool link = !(card->virtio.accepted & VIRTIO_NET_F_STATUS) ||
                virtio_configuration16(&card->virtio, CONFIGURATION_STATUS) & STATUS_LINK_UP;

    if (card->virtio.broken)
        link = false;
    if (link == card->net.link)
        return;
    card->net.link = link;
    if (card->net.client && card->net.client->link_changed)
        card->net.client->link_changed(card->net.client);
}

void virtio_net_check(struct virtio_net *card)
{
    void *token;

    if (!card->virtio.broken)
        return;
    while ((token = virtio_queue_recover(&card->queues.transmit))) {
        card->net.statistics.sent_errors++;
        card->net.client->sent(card->net.client, token);
    }
    while ((token = virtio_queue_recover(&card->queues.receive)))
        net_buffer_free(token);
    read_link(card);
}

/* Packets are taken until there are none, and only then is an interrupt asked for: under load there are none.
 */
static void drain(struct virtio_net *card)
{
    do {
        while (virtio_net_receive(card, BATCH) == BATCH) {
        }
    } while (!card->polled && !card->virtio.broken && !virtio_queue_listen(&card->queues.receive, 1));
}

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    struct virtio_net *card = (struct virtio_net *)((char *)device - offsetof(struct virtio_net, virtio));

    if (configuration) {
        if (virtio_needs_reset(device))
            virtio_break(device, "it says that it cannot go on");
        read_link(card);
    }
    if (queues && card->net.client) {
        /* First: what comes in may want to send again what has been sent. And then the answers. */
        virtio_net_reclaim(card);
        if (!card->polled) {
            drain(card);
            virtio_net_reclaim(card);
        }
        if (card->stopped && virtio_queue_room(&card->queues.transmit) > 0) {
            card->stopped = false;
            virtio_queue_ignore(&card->queues.transmit);
            if (card->net.client->room)
                card->net.client->room(card->net.client);
        }
    }
    virtio_net_check(card);
}

static unsigned poll(struct net_device *device, unsigned budget)
{
    struct virtio_net *card = virtio_net_of(device);
    unsigned count;

    if (device->client)
        virtio_net_reclaim(card);
    count = virtio_net_receive(card, budget);
    if (device->client)
        virtio_net_reclaim(card);
    virtio_net_check(card);
    return count;
}

static void interrupts(struct net_device *device, bool on)
{
    struct virtio_net *card = virtio_net_of(device);

    card->polled = !on;
    if (!on)
        virtio_queue_ignore(&card->queues.receive);
    else if (device->client)
        drain(card);
    virtio_net_check(card);
}

static void returned(struct net_buffer_pool *pool)
{
    virtio_net_refill((struct virtio_net *)((char *)pool - offsetof(struct virtio_net, pool)));
}

static int open(struct net_device *device, struct net_client *client)
{
    struct virtio_net *card = virtio_net_of(device);

    if (device->client)
        return -EBUSY;
    if (card->virtio.broken)
        return -EIO;
    device->client = client;
    /* In this order: a device without buffers has nothing yet that could be missed. */
    if (!card->polled)
        virtio_queue_listen(&card->queues.receive, 1);
    virtio_net_refill(card);
    return 0;
}

static const struct net_device_operations operations = {
    .open = open,
    .transmit = virtio_net_transmit,
    .poll = poll,
    .interrupts = interrupts,
};

/* Locally administered, the same in every run: the device has no address of its own. */
static const uint8_t made_up[NET_DEVICE_ADDRESS_LENGTH] = {0x02, 0x55, 0x4e, 0x4c, 0x54, 0x00};

static void describe(struct virtio_net *card)
{
    uint64_t accepted = card->virtio.accepted;
    struct net_device *net = &card->net;

    for (unsigned i = 0; i < NET_DEVICE_ADDRESS_LENGTH; i++)
        net->address[i] = accepted & VIRTIO_NET_F_MAC
                              ? virtio_configuration8(&card->virtio, CONFIGURATION_MAC + i)
                              : made_up[i];
    net->mtu =
        accepted & VIRTIO_NET_F_MTU ? virtio_configuration16(&card->virtio, CONFIGURATION_MTU) : MTU_USUAL;
    if (net->mtu < MTU_LEAST)
        net->mtu = MTU_USUAL;
    if (accepted & VIRTIO_NET_F_CSUM)
        net->features |= NET_DEVICE_CHECKSUM;
    if (accepted & VIRTIO_NET_F_HOST_TSO4)
        net->features |= NET_DEVICE_SEGMENT(NET_SEGMENTATION_TCP4);
    if (accepted & VIRTIO_NET_F_HOST_TSO6)
        net->features |= NET_DEVICE_SEGMENT(NET_SEGMENTATION_TCP6);
    if (accepted & VIRTIO_NET_F_HOST_USO)
        net->features |= NET_DEVICE_SEGMENT(NET_SEGMENTATION_UDP);
    net->max_fragments = card->queues.transmit.size < FRAGMENTS ? card->queues.transmit.size : FRAGMENTS;
    net->max_segmented = LONGEST_SEGMENTED;
    net->operations = &operations;
}

/* 5.1.5 */
static int start(struct virtio_net *card)
{
    uint64_t wanted = VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM | VIRTIO_NET_F_MTU | VIRTIO_NET_F_MAC |
                      VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6 | VIRTIO_NET_F_HOST_USO |
                      VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_STATUS;
    size_t buffers = pages_available() * PAGE_SIZE / NET_BUFFER_SIZE / 8;
    int error;

    /* Packets longer than a buffer need several, and whoever sends them must be allowed to leave out
     * checksums (5.1.3.1). */
    if (card->virtio.operations->features(&card->virtio) & VIRTIO_NET_F_MRG_RXBUF)
        wanted |= VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 | VIRTIO_NET_F_GUEST_USO4 |
                  VIRTIO_NET_F_GUEST_USO6;
    if (buffers > CONFIG_VIRTIO_NET_RECEIVE_BUFFERS)
        buffers = CONFIG_VIRTIO_NET_RECEIVE_BUFFERS;
    error = virtio_begin(&card->virtio, wanted, 0, attention);
    if (!error)
        error = virtio_queue_create(&card->virtio, &card->queues.receive, QUEUE_RECEIVE,
                                    CONFIG_VIRTIO_NET_RECEIVE_BUFFERS, 0);
    if (!error)
        error = virtio_queue_create(&card->virtio, &card->queues.transmit, QUEUE_TRANSMIT,
                                    CONFIG_VIRTIO_NET_TRANSMIT_QUEUE, 0);
    if (!error)
        error = net_buffer_pool_create(&card->pool, (unsigned)buffers);
    if (error)
        return error;
    card->pool.returned = returned;
    describe(card);
    return virtio_ready(&card->virtio);
}

static void found(const struct virtio_device *device)
{
    struct virtio_net *card = heap_alloc(sizeof *card);
    struct net_device **link = &devices;
    int error = -ENOMEM;

    if (card) {
        *card = (struct virtio_net){.virtio = *device};
        error = start(card);
    }
    if (error) {
        log_write(LOG_ERROR, "virtio-net: a device does not start, error %d", -error);
        if (card)
            virtio_break(&card->virtio, "its driver cannot use it");
        return;
    }
    read_link(card);
    while (*link)
        link = &(*link)->next;
    *link = &card->net;
}

int virtio_net_init(void);

int virtio_net_init(void)
{
    virtio_find(TYPE_NETWORK, found);
    return 0;
}

const struct net_driver virtio_net_net_device = {.name = "virtio-net", .devices = &devices};
