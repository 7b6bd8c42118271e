// sources: ../../../net/net-buffer-pool/net_buffer_pool.c
#define FAKE_PAGES 1024
#include "../../../memory/pages/tests/fake_pages.h"
#include "../virtio_net.h"
#include "fake_queues.h"

#include <heap.h>

extern const struct net_driver virtio_net_net_device;
int virtio_net_init(void);

static struct net_device *card;
static struct net_buffer *received;
static void *sent_tokens[256];
static unsigned sent_count, room_calls, link_calls, received_calls, sent_when_received;

void *heap_alloc(size_t size)
{
    return malloc(size);
}

static void receive(struct net_client *client, struct net_buffer *packets)
{
    (void)client;
    assert(!received);
    received = packets;
    sent_when_received = sent_count;
    received_calls++;
}

static void sent(struct net_client *client, void *token)
{
    (void)client;
    sent_tokens[sent_count++] = token;
}

static void room(struct net_client *client)
{
    (void)client;
    room_calls++;
}

static void link_changed(struct net_client *client)
{
    (void)client;
    link_calls++;
}

static struct net_client client = {
    .receive = receive, .sent = sent, .room = room, .link_changed = link_changed};

static const struct virtio_net_header plain = {.buffers = 1};

/* A card with these features, open. */
static void begin(uint64_t with)
{
    const struct net_driver *driver = &virtio_net_net_device;

    offered = with;
    needs_reset = false;
    configuration[6] = 1;
    sent_count = room_calls = link_calls = received_calls = 0;
    received = NULL;
    fake_pages_reset();
    assert(virtio_net_init() == 0);
    for (card = *driver->devices; card->next;)
        card = card->next;
    assert(card->operations->open(card, &client) == 0 && card->operations->open(card, &client) == -EBUSY);
    assert(queues[0].tail == QUEUE_SIZE && queues[0].notified == QUEUE_SIZE && queues[0].listening);
}

/* The device writes `length` bytes, header and frame, into the request `number`. */
static void fill(unsigned number, const struct virtio_net_header *header, uint32_t length)
{
    char *bytes = request_of(0, number)->pieces[0].bytes;

    assert(request_of(0, number)->count == 1 && request_of(0, number)->pieces[0].device_writes);
    for (uint32_t i = 0; i < request_of(0, number)->pieces[0].length; i++)
        bytes[i] = (char)(number + i);
    if (header)
        memcpy(bytes, header, sizeof *header);
    use(0, number, length);
}

static void attend(void)
{
    card_device->attention(card_device, true, false);
}

static struct net_buffer *take(void)
{
    struct net_buffer *packets = received;

    received = NULL;
    return packets;
}

static void nothing_came(uint64_t errors)
{
    attend();
    assert(!received && card->statistics.received_errors == errors);
}

static void receiving(void)
{
    struct virtio_net_header header = plain;
    struct net_buffer *packet;
    unsigned first = 0;

    begin(VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_GUEST_TSO4);
    attend();
    assert(!received);

    /* Three at once are one list, in order; headroom is there; new buffers take their places. */
    for (unsigned i = 0; i < 3; i++)
        fill(i, &plain, 12 + 60 + i);
    attend();
    packet = take();
    for (unsigned i = 0; i < 3; i++, packet = packet->next_packet) {
        assert(packet->length == 60 + i && packet->total == 60 + i && !packet->next && !packet->flags);
        assert(packet->data[0] == (unsigned char)(i + 12));
        assert(packet->data - net_buffer_room(packet) >= (ptrdiff_t)NET_DEVICE_HEADROOM);
        assert(((uintptr_t)packet->data + NET_DEVICE_HEADER_LENGTH) % 16 == 0);
    }
    assert(!packet && card->statistics.received_packets == 3 && card->statistics.received_bytes == 183);
    assert(queues[0].tail == QUEUE_SIZE + 3 && queues[0].notified == queues[0].tail);

    /* One of three buffers that was put together. */
    first = 3;
    header = (struct virtio_net_header){
        VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN, 54, 1460, 34, 16, 3};
    fill(first, &header, 1912);
    fill(first + 1, NULL, 1912);
    fill(first + 2, NULL, 7);
    attend();
    packet = take();
    assert(packet->total == 1900 + 1912 + 7 && packet->length == 1900 && packet->next->length == 1912);
    assert(packet->next->next->length == 7 && !packet->next->next->next && !packet->next_packet);
    assert(packet->next->data[0] == (unsigned char)(first + 1));
    assert(packet->segmentation == NET_SEGMENTATION_TCP4 && packet->segment_size == 1460);
    assert(packet->flags == (NET_BUFFER_CHECKSUM_VALID | NET_BUFFER_CHECKSUM_PARTIAL));
    assert(packet->checksum_start == 34 && packet->checksum_offset == 16);
    net_buffer_free(packet);

    header = (struct virtio_net_header){.flags = VIRTIO_NET_HDR_F_DATA_VALID, .buffers = 1};
    fill(6, &header, 100);
    attend();
    packet = take();
    assert(packet->flags == NET_BUFFER_CHECKSUM_VALID && packet->segmentation == NET_SEGMENTATION_NONE);
    net_buffer_free(packet);

    /* What cannot be: too short, sums beyond the packet, a kind that does not exist. */
    fill(7, &plain, 12 + 13);
    nothing_came(1);
    fill(8, &plain, 5);
    nothing_came(2);
    header = (struct virtio_net_header){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .checksum_start = 60, .checksum_offset = 10, .buffers = 1};
    fill(9, &header, 12 + 71);
    nothing_came(3);
    header.checksum_start = 0xffff;
    header.checksum_offset = 0xffff;
    fill(10, &header, 12 + 71);
    nothing_came(4);
    header = (struct virtio_net_header){.segmentation = 3, .buffers = 1};
    fill(11, &header, 100);
    nothing_came(5);
    header.segmentation = 0x7f;
    fill(12, &header, 100);
    nothing_came(6);
    assert(!card_device->broken);
    /* A packet that claims more buffers than have been filled breaks the device. */
    header = (struct virtio_net_header){.buffers = 3};
    fill(13, &header, 1912);
    fill(14, NULL, 1912);
    attend();
    assert(!received && card_device->broken && !card->link && link_calls == 1);
    assert(queues[0].head == queues[0].tail); /* all buffers came back */
    attend();
    assert(card->operations->poll(card, 10) == 0 && link_calls == 1);
}

/* Buffers that the client keeps are missing to the device, until they come back. */
static void running_out(void)
{
    struct net_buffer *kept[2 * QUEUE_SIZE];
    unsigned count = 0, next = 0;

    begin(VIRTIO_NET_F_MRG_RXBUF);
    while (queues[0].head < queues[0].tail) {
        while (next < queues[0].tail)
            fill(next++, &plain, 100);
        attend();
        for (struct net_buffer *packet = take(); packet; packet = packet->next_packet)
            kept[count++] = packet;
    }
    assert(count >= 24 && queues[0].places == QUEUE_SIZE);
    for (unsigned i = 0; i < count; i++) {
        net_buffer_free(kept[i]);
        if (i == 14)
            assert(queues[0].places == QUEUE_SIZE);
    }
    assert(queues[0].places < QUEUE_SIZE && queues[0].notified == queues[0].tail);
}

static unsigned char frame[66000 + NET_DEVICE_HEADROOM];
static unsigned char *const start = frame + NET_DEVICE_HEADROOM;

static struct net_packet packet_of(const struct net_fragment *fragments, unsigned count, void *token)
{
    return (struct net_packet){.fragments = fragments, .fragment_count = (uint16_t)count, .token = token};
}

static unsigned transmit(const struct net_packet *packets, unsigned count)
{
    return card->operations->transmit(card, packets, count);
}

static void sending(void)
{
    struct net_fragment parts[65];
    struct net_packet packets[QUEUE_SIZE + 10];
    const struct virtio_net_header *header;
    struct request *request;
    int tokens[QUEUE_SIZE + 10];

    begin(VIRTIO_NET_F_CSUM | VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6 | VIRTIO_NET_F_HOST_USO);
    assert(card->features == 0xf && card->max_fragments == 64 && card->mtu == 1500 && card->link);
    for (unsigned i = 0; i < 65; i++)
        parts[i] = (struct net_fragment){start + 1000 * i, 100};
    packets[0] = packet_of(parts, 1, &tokens[0]);
    packets[1] = packet_of(parts, 3, &tokens[1]);
    packets[1].checksum = true;
    packets[1].checksum_start = 34;
    packets[1].checksum_offset = 6;
    assert(transmit(packets, 2) == 2 && queues[1].notified == 2 && sent_count == 0);
    request = request_of(1, 0);
    assert(request->count == 1 && request->pieces[0].bytes == (char *)start - 12 &&
           request->pieces[0].length == 112);
    request = request_of(1, 1);
    header = (const void *)(start - 12);
    assert(request->count == 3 && request->pieces[2].bytes == (char *)start + 2000 &&
           request->pieces[2].length == 100);
    assert(header->flags == VIRTIO_NET_HDR_F_NEEDS_CSUM && header->checksum_start == 34 &&
           header->checksum_offset == 6);
    assert(header->segmentation == VIRTIO_NET_HDR_GSO_NONE && header->segment_size == 0);
    /* Tokens come back by the next call, whatever that sends. */
    use(1, 0, 0);
    assert(transmit(NULL, 0) == 0 && sent_count == 1 && sent_tokens[0] == &tokens[0]);
    use(1, 1, 0);
    card->operations->poll(card, 1);
    assert(sent_count == 2 && sent_tokens[1] == &tokens[1]);

    /* Segmentation. */
    for (unsigned i = 0; i < 3; i++) {
        static const uint8_t kinds[] = {NET_SEGMENTATION_TCP4, NET_SEGMENTATION_TCP6, NET_SEGMENTATION_UDP};
        static const uint8_t theirs[] = {VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6,
                                         VIRTIO_NET_HDR_GSO_UDP_L4};

        parts[0].length = 54;
        parts[1].length = 60000;
        packets[0] = packet_of(parts, 2, &tokens[0]);
        packets[0].checksum = true;
        packets[0].segmentation = kinds[i];
        packets[0].segment_size = 1448;
        packets[0].header_length = 54;
        assert(transmit(packets, 1) == 1);
        assert(header->segmentation == theirs[i] && header->segment_size == 1448 &&
               header->header_length == 54);
        use(1, 2 + i, 0);
    }
    transmit(NULL, 0);
    assert(sent_count == 5);

    /* What cannot be sent is handed back and counted. */
    parts[0].length = parts[1].length = 100;
    for (unsigned i = 0; i < 8; i++)
        packets[i] = packet_of(parts, 1, &tokens[i]);
    packets[0].fragment_count = 0;
    packets[1].fragment_count = 65;
    packets[2].segmentation = NET_SEGMENTATION_TCP4; /* without a checksum */
    packets[3].checksum = true;
    packets[3].segmentation = NET_SEGMENTATION_TCP4; /* of 0 bytes */
    const struct net_fragment tiny = {start, 13}, large = {start, 1515}, huge = {start, 65551},
                              empty[2] = {{start, 60}, {start, 0}};
    packets[4].fragments = &tiny;
    packets[5].fragments = &large;
    packets[6] = packet_of(&huge, 1, &tokens[6]);
    packets[6].checksum = true;
    packets[6].segmentation = NET_SEGMENTATION_TCP6;
    packets[6].segment_size = 1000;
    packets[7] = packet_of(empty, 2, &tokens[7]);
    assert(transmit(packets, 8) == 8 && sent_count == 13 && card->statistics.sent_dropped == 8);
    assert(queues[1].head == queues[1].tail);

    /* No room: the rest is not taken, and there is a call when half is gone. */
    sent_count = 0;
    for (unsigned i = 0; i < QUEUE_SIZE + 10; i++)
        packets[i] = packet_of(parts, 1, &tokens[i]);
    assert(transmit(packets, QUEUE_SIZE + 10) == QUEUE_SIZE && queues[1].listening && sent_count == 0);
    use(1, queues[1].head, 0);
    attend();
    assert(room_calls == 1 && sent_count == 1 && !queues[1].listening);
    attend();
    assert(room_calls == 1);

    /* The link is down: nothing is sent. */
    configuration[6] = 0;
    card_device->attention(card_device, false, true);
    /* Without the feature there is no such thing. */
    assert(card->link && link_calls == 0);
}

static void breaking(void)
{
    const struct net_fragment part = {start, 100};
    const struct net_packet packet = packet_of(&part, 1, &client);

    begin(VIRTIO_NET_F_STATUS | VIRTIO_NET_F_MAC | VIRTIO_NET_F_MTU);
    assert(card->features == 0 && card->mtu == 1500); /* the device says 0 */
    configuration[6] = 0;
    card_device->attention(card_device, false, true);
    assert(!card->link && link_calls == 1);
    assert(transmit(&packet, 1) == 1 && card->statistics.sent_dropped == 1 && sent_count == 1);
    configuration[6] = 1;
    card_device->attention(card_device, false, true);
    assert(card->link && link_calls == 2);
    assert(transmit(&packet, 1) == 1 && transmit(&packet, 1) == 1 && sent_count == 1);
    /* It says itself that it cannot go on. */
    needs_reset = true;
    card_device->attention(card_device, false, true);
    assert(card_device->broken && !card->link && link_calls == 3);
    assert(sent_count == 3 && card->statistics.sent_errors == 2);
    assert(transmit(&packet, 1) == 1 && sent_count == 4);

    begin(VIRTIO_NET_F_MTU);
    assert(card->mtu == 1500);
    configuration[10] = 0x28;
    configuration[11] = 0x23;
    begin(VIRTIO_NET_F_MTU);
    assert(card->mtu == 9000);
}

static void polling(void)
{
    begin(0);
    card->operations->interrupts(card, false);
    assert(!queues[0].listening);
    for (unsigned i = 0; i < 5; i++)
        fill(i, &plain, 100);
    attend();
    assert(!received);
    assert(card->operations->poll(card, 3) == 3);
    for (struct net_buffer *packet = take(), *next; packet; packet = next) {
        next = packet->next_packet;
        net_buffer_free(packet);
    }
    assert(card->operations->poll(card, 3) == 2 && card->operations->poll(card, 3) == 0);
    take();
    fill(5, &plain, 100);
    card->operations->interrupts(card, true);
    assert(take() && queues[0].listening);
}

/* What was sent is handed back before anything is received: it may have to be sent again. */
static void handing_back(void)
{
    const struct net_fragment part = {start, 100};
    const struct net_packet packet = packet_of(&part, 1, &client);

    begin(0);
    assert(transmit(&packet, 1) == 1 && sent_count == 0);
    use(1, 0, 0);
    fill(0, &plain, 100);
    assert(card->operations->poll(card, 0) == 0 && sent_count == 1 && !received);

    assert(transmit(&packet, 1) == 1);
    use(1, 1, 0);
    attend();
    net_buffer_free(take());
    assert(received_calls == 1 && sent_when_received == 2);

    assert(transmit(&packet, 1) == 1);
    use(1, 2, 0);
    fill(1, &plain, 100);
    assert(card->operations->poll(card, 1) == 1 && received_calls == 2 && sent_when_received == 3);
    net_buffer_free(take());
}

int main(void)
{
    receiving();
    running_out();
    sending();
    breaking();
    polling();
    handing_back();
    return 0;
}
