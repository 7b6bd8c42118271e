#include "virtio_vsock.h"

#include <errno.h>
#include <pages.h>

#define SMALL_SIZE (sizeof(struct vsock_packet))
#define EVENT_PLACE ((VIRTIO_VSOCK_SMALL - 1) * SMALL_SIZE) /* of the last one, which is no packet */

_Static_assert(VIRTIO_VSOCK_SMALL *SMALL_SIZE == PAGE_SIZE, "small packets fill a page");
_Static_assert(VSOCK_DEVICE_MOST + SMALL_SIZE == VIRTIO_VSOCK_LARGE_SIZE, "data fills a large packet");

int virtio_vsock_transmit_begin(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    const size_t pages = VIRTIO_VSOCK_LARGE_SIZE / PAGE_SIZE;
    size_t most = pages_available() / pages / 8;

    own->small = pages_alloc(1);
    if (!own->small)
        return -ENOMEM;
    own->event = (struct virtio_vsock_event *)(void *)(own->small + EVENT_PLACE);
    for (unsigned i = 0; i < VIRTIO_VSOCK_SMALL - 1; i++)
        own->small_free[own->small_free_count++] = (uint8_t)i;
    for (unsigned i = 0; i < CONFIG_VIRTIO_VSOCK_SEND_BUFFERS && (i == 0 || i < most); i++) {
        own->large[i] = pages_alloc(pages);
        if (!own->large[i])
            break;
        own->large_free[own->large_free_count++] = (uint8_t)i;
    }
    return own->large_free_count > 0 ? 0 : -ENOMEM;
}

static void put(const unsigned char *packet)
{
    struct virtio_vsock *own = &virtio_vsock;

    if (packet >= own->small && packet < own->small + PAGE_SIZE) {
        own->small_free[own->small_free_count++] = (uint8_t)((size_t)(packet - own->small) / SMALL_SIZE);
        return;
    }
    for (unsigned i = 0; i < CONFIG_VIRTIO_VSOCK_SEND_BUFFERS; i++)
        if (packet == own->large[i])
            own->large_free[own->large_free_count++] = (uint8_t)i;
}

void virtio_vsock_reclaim(void)
{
    void *packet;
    uint32_t written;

    while ((packet = virtio_queue_take(&virtio_vsock.transmit, &written)))
        put(packet);
}

static struct vsock_packet *find(bool data)
{
    struct virtio_vsock *own = &virtio_vsock;

    /* Each takes two places at most. */
    if (virtio_queue_room(&own->transmit) < 2 * (own->taken + 1))
        return NULL;
    if (data)
        return own->large_free_count > 0 ? (void *)own->large[own->large_free[--own->large_free_count]]
                                         : NULL;
    return own->small_free_count > 0
               ? (void *)(own->small + own->small_free[--own->small_free_count] * SMALL_SIZE)
               : NULL;
}

struct vsock_packet *vsock_device_take(bool data)
{
    struct virtio_vsock *own = &virtio_vsock;
    struct vsock_packet *packet;

    if (!own->ready || own->virtio.broken)
        return NULL;
    packet = find(data);
    if (!packet) {
        virtio_vsock_reclaim();
        packet = find(data);
    }
    while (!packet && !own->virtio.broken) {
        own->stopped = true;
        if (virtio_queue_listen(&own->transmit, 1))
            break;
        virtio_vsock_reclaim();
        packet = find(data);
    }
    if (own->virtio.broken)
        return NULL;
    if (packet)
        own->taken++;
    return packet;
}

void vsock_device_send(struct vsock_packet *packet, uint32_t length)
{
    struct virtio_queue *queue = &virtio_vsock.transmit;

    virtio_vsock.taken--;
    if (virtio_vsock.virtio.broken)
        return;
    virtio_queue_add(queue, &packet->header, sizeof(packet->header), false);
    if (length > 0)
        virtio_queue_add(queue, packet->data, length, false);
    virtio_queue_submit(queue, packet);
}

void vsock_device_give_back(struct vsock_packet *packet)
{
    virtio_vsock.taken--;
    put((unsigned char *)packet);
}

void vsock_device_flush(void)
{
    if (!virtio_vsock.ready)
        return;
    virtio_queue_notify(&virtio_vsock.transmit);
    virtio_vsock_check();
}
