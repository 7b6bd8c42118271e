// sources: ../../../net/net-buffer-pool/net_buffer_pool.c
// max-len: 300
/* Any headers and lengths of packets that come in: the client gets only what lies in its buffers, and all of
 * them come back. */
#define FAKE_PAGES 1024
#include "../../../memory/pages/tests/fake_pages.h"
#include "../virtio_net.h"
#include "fake_queues.h"

#include <heap.h>

extern const struct net_driver virtio_net_net_device;
int virtio_net_init(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEP 15 /* bytes of input for a buffer that the device has filled */

static struct virtio_net *card;

void *heap_alloc(size_t size)
{
    return calloc(1, size);
}

static void look_at(struct net_buffer *packet)
{
    uint32_t total = 0;

    for (struct net_buffer *at = packet; at; at = at->next) {
        const unsigned char *room = net_buffer_room(at);

        assert(at->data >= room && at->data + at->length <= room + NET_BUFFER_ROOM);
        total += at->length;
    }
    assert(total == packet->total && packet->length >= NET_DEVICE_HEADER_LENGTH);
    assert(packet->data - net_buffer_room(packet) >= (ptrdiff_t)NET_DEVICE_HEADROOM);
    if (packet->flags & NET_BUFFER_CHECKSUM_PARTIAL)
        assert((uint32_t)packet->checksum_start + packet->checksum_offset + 2 <= packet->length);
}

static void receive(struct net_client *client, struct net_buffer *packets)
{
    (void)client;
    while (packets) {
        struct net_buffer *next = packets->next_packet;

        look_at(packets);
        net_buffer_free(packets);
        packets = next;
    }
}

static void sent(struct net_client *client, void *token)
{
    (void)client, (void)token;
    abort();
}

static struct net_client client = {.receive = receive, .sent = sent};

static void begin(bool mergeable)
{
    const struct net_driver *driver = &virtio_net_net_device;
    struct net_device *device;

    free(card); /* the driver's list ends with the card before, and must not be followed */
    *(struct net_device **)(uintptr_t)driver->devices = NULL;
    offered = VIRTIO_NET_F_GUEST_CSUM | (mergeable ? VIRTIO_NET_F_MRG_RXBUF : 0);
    fake_pages_reset();
    assert(virtio_net_init() == 0);
    device = *driver->devices;
    card = virtio_net_of(device);
    assert(device->operations->open(device, &client) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned number = 0;

    if (size == 0)
        return 0;
    begin(data[0] & 1);
    for (size_t at = 1; at + STEP <= size; at += STEP) {
        uint32_t length = (data[at + 12] | (uint32_t)data[at + 13] << 8);
        struct piece *piece;

        if (number < queues[0].tail && !card->virtio.broken) {
            piece = &request_of(0, number)->pieces[0];
            memcpy(piece->bytes, data + at, sizeof(struct virtio_net_header));
            use(0, number++, length <= piece->length ? length : length % (piece->length + 1));
        }
        if (data[at + 14] & 1)
            card_device->attention(card_device, true, false);
    }
    card_device->attention(card_device, true, false);
    /* What was lost is not with the device either. */
    virtio_break(&card->virtio, "the test is over");
    virtio_net_check(card);
    for (unsigned count = 0;; count++) {
        struct net_buffer *buffer = net_buffer_take(&card->pool);

        assert(count <= CONFIG_VIRTIO_NET_RECEIVE_BUFFERS);
        if (!buffer) {
            assert(count == CONFIG_VIRTIO_NET_RECEIVE_BUFFERS);
            return 0;
        }
    }
}
