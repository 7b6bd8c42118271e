#include "virtio_vsock.h"

#include <errno.h>
#include <log.h>
#include <pages.h>

#define TYPE_SOCKET 19 /* 5.10.1 */

/* 5.10.2 */
#define QUEUE_RECEIVE 0
#define QUEUE_TRANSMIT 1
#define QUEUE_EVENT 2

/* 5.10.3 */
#define VIRTIO_VSOCK_F_STREAM (UINT64_C(1) << 0)
#define VIRTIO_VSOCK_F_SEQPACKET (UINT64_C(1) << 1)

#define TRANSMIT_PLACES 256 /* more than packets can take */
#define EVENTS 4            /* that may come at once */

#define EVENT_TRANSPORT_RESET 0 /* 5.10.6.7 */

#define CID_FIRST 3 /* 5.10.4: those below are reserved, and so is the last */

struct virtio_vsock virtio_vsock;

static void give_page(void *page)
{
    virtio_queue_add(&virtio_vsock.receive, page, PAGE_SIZE, true);
    virtio_queue_submit(&virtio_vsock.receive, page);
}

static void give_event(struct virtio_vsock_event *event)
{
    virtio_queue_add(&virtio_vsock.events, event, sizeof(*event), true);
    virtio_queue_submit(&virtio_vsock.events, event);
}

void virtio_vsock_check(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    void *page;

    if (!own->virtio.broken || !own->ready)
        return;
    own->ready = false;
    /* What is on its way out stays where it is: there will be no other packets. */
    while ((page = virtio_queue_recover(&own->receive)))
        pages_free(page, 1);
    own->client->reset();
}

/* What comes in must hold what its header says. The header is copied before it is looked at. */
static void *take_packet(void *page, uint32_t written)
{
    struct vsock_header header = *(const struct vsock_header *)page;

    if (written < sizeof(header) || header.length > written - sizeof(header))
        return page;
    return virtio_vsock.client->receive(&header, page);
}

static void refill(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    void *page;

    while (own->missing > 0 && (page = pages_alloc(1))) {
        give_page(page);
        own->missing--;
    }
    if (own->receive.requests == 0)
        virtio_break(&own->virtio, "there is no memory for what it sends");
}

static void take_packets(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    uint32_t written;
    bool any = false;
    void *page;

    do {
        while ((page = virtio_queue_take(&own->receive, &written))) {
            page = take_packet(page, written);
            if (page)
                give_page(page);
            else
                own->missing++;
            any = true;
        }
        refill();
    } while (!own->virtio.broken && !virtio_queue_listen(&own->receive, 1));
    if (any && !own->virtio.broken) {
        virtio_queue_notify(&own->receive);
        own->client->received();
    }
}

/* 5.10.4. It changes with the event that says so only, so halves of it are of one moment. */
static void read_cid(void)
{
    const struct virtio_device *device = &virtio_vsock.virtio;
    uint32_t cid = virtio_configuration16(device, 0) | (uint32_t)virtio_configuration16(device, 2) << 16;

    virtio_vsock.cid = cid >= CID_FIRST && cid != UINT32_MAX ? cid : 0;
}

static void take_events(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    struct virtio_vsock_event *event;
    bool reset = false;
    uint32_t written;

    do {
        while ((event = virtio_queue_take(&own->events, &written))) {
            reset |= written >= sizeof(*event) && event->id == EVENT_TRANSPORT_RESET;
            give_event(event);
        }
    } while (!own->virtio.broken && !virtio_queue_listen(&own->events, 1));
    if (!reset)
        return;
    virtio_queue_notify(&own->events);
    read_cid();
    log_write(LOG_NOTICE, "virtio-vsock: the host has lost all connections");
    own->client->reset();
}

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    struct virtio_vsock *own = &virtio_vsock;

    if (configuration && virtio_needs_reset(device))
        virtio_break(device, "it says that it cannot go on");
    if (queues && own->client) {
        /* Events first: what has come in after a reset belongs to new connections. */
        take_events();
        take_packets();
        virtio_vsock_reclaim();
        if (own->stopped) {
            own->stopped = false;
            virtio_queue_ignore(&own->transmit);
            own->client->room();
        }
    }
    virtio_vsock_check();
}

uint32_t vsock_device_cid(void)
{
    return virtio_vsock.ready ? virtio_vsock.cid : 0;
}

bool vsock_device_packets(void)
{
    return virtio_vsock.virtio.accepted & VIRTIO_VSOCK_F_SEQPACKET;
}

int vsock_device_open(const struct vsock_client *client)
{
    struct virtio_vsock *own = &virtio_vsock;
    size_t buffers = pages_available() / 8;

    if (!own->ready)
        return -ENODEV;
    own->client = client;
    read_cid();
    /* In this order: a device without buffers has nothing yet that could be missed. */
    virtio_queue_listen(&own->receive, 1);
    virtio_queue_listen(&own->events, 1);
    for (unsigned i = 0; i < EVENTS && virtio_queue_room(&own->events) > 0; i++)
        give_event(&own->event[i]);
    for (unsigned i = 0; i < CONFIG_VIRTIO_VSOCK_RECEIVE_BUFFERS && (i == 0 || i < buffers) &&
                         virtio_queue_room(&own->receive) > 0;
         i++) {
        void *page = pages_alloc(1);

        if (!page)
            break;
        give_page(page);
    }
    virtio_queue_notify(&own->events);
    virtio_queue_notify(&own->receive);
    return own->receive.requests > 0 ? 0 : -ENODEV;
}

/* 5.10.5 */
static int start(void)
{
    struct virtio_vsock *own = &virtio_vsock;
    int error = virtio_begin(&own->virtio, VIRTIO_VSOCK_F_STREAM | VIRTIO_VSOCK_F_SEQPACKET, 0, attention);

    if (!error)
        error = virtio_queue_create(&own->virtio, &own->receive, QUEUE_RECEIVE,
                                    CONFIG_VIRTIO_VSOCK_RECEIVE_BUFFERS, 0);
    if (!error)
        error = virtio_queue_create(&own->virtio, &own->transmit, QUEUE_TRANSMIT, TRANSMIT_PLACES, 0);
    if (!error)
        error = virtio_queue_create(&own->virtio, &own->events, QUEUE_EVENT, EVENTS, 0);
    if (!error)
        error = virtio_vsock_transmit_begin();
    return error ? error : virtio_ready(&own->virtio);
}

static void found(const struct virtio_device *device)
{
    struct virtio_vsock *own = &virtio_vsock;
    int error;

    if (own->ready)
        return;
    *own = (struct virtio_vsock){.virtio = *device};
    error = start();
    own->ready = !error;
    if (error) {
        log_write(LOG_ERROR, "virtio-vsock: the device does not start, error %d", -error);
        virtio_break(&own->virtio, "its driver cannot use it");
    }
}

int virtio_vsock_init(void);

int virtio_vsock_init(void)
{
    virtio_find(TYPE_SOCKET, found);
    return 0;
}
