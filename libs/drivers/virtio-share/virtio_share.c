#include <errno.h>
#include <heap.h>
#include <log.h>
#include <virtio_share.h>

#define QUEUE_SIZE 128u                /* places; a request takes at most SHARE_PIECES_MOST */
#define PLACES_LEAST SHARE_PIECES_MOST /* fewer than one request takes are of no use */

static struct virtio_share *of(struct share_channel *channel)
{
    return (struct virtio_share *)channel;
}

static void put(struct virtio_share_queue *queue, struct share_request *request)
{
    for (unsigned i = 0; i < (unsigned)request->out + request->in; i++)
        virtio_queue_add(&queue->queue, request->pieces[i].address, request->pieces[i].length,
                         i >= request->out);
    virtio_queue_submit(&queue->queue, request);
}

/* Everything that the queue still has, after the device has been given up. */
static void fail(struct virtio_share_queue *queue)
{
    struct share_request *request;

    while ((request = virtio_queue_recover(&queue->queue)))
        share_finish(request, -EIO, 0);
    while ((request = queue->first)) {
        queue->first = request->next;
        share_finish(request, -EIO, 0);
    }
}

static void check(struct virtio_share *share)
{
    if (!share->virtio.broken)
        return;
    share_give_up(&share->channel, "its device is broken");
    fail(&share->ordinary);
    fail(&share->urgent);
}

/* Those that found no room before. */
static void refill(struct virtio_share_queue *queue)
{
    bool any = false;

    while (queue->first &&
           virtio_queue_room(&queue->queue) >= (unsigned)queue->first->out + queue->first->in) {
        struct share_request *request = queue->first;

        queue->first = request->next;
        put(queue, request);
        any = true;
    }
    if (any)
        virtio_queue_notify(&queue->queue);
}

static void drain(struct virtio_share_queue *queue)
{
    uint32_t received;

    do {
        struct share_request *request;

        while ((request = virtio_queue_take(&queue->queue, &received)))
            share_finish(request, 0, received);
        refill(queue);
    } while (!queue->queue.device->broken && !virtio_queue_listen(&queue->queue, 1));
}

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    struct virtio_share *share =
        (struct virtio_share *)((char *)device - offsetof(struct virtio_share, virtio));

    if (configuration && virtio_needs_reset(device))
        virtio_break(device, "it says that it cannot go on");
    if (queues && !device->broken) {
        drain(&share->ordinary);
        if (share->for_urgent == &share->urgent)
            drain(&share->urgent);
    }
    check(share);
}

static void submit(struct share_channel *channel, struct share_request *request)
{
    struct virtio_share *share = of(channel);
    struct virtio_share_queue *queue = request->urgent ? share->for_urgent : &share->ordinary;

    if (share->virtio.broken) {
        share_finish(request, -EIO, 0);
    } else if (queue->first || virtio_queue_room(&queue->queue) < (unsigned)request->out + request->in) {
        request->next = NULL;
        if (queue->first)
            queue->last->next = request;
        else
            queue->first = request;
        queue->last = request;
    } else {
        put(queue, request);
        virtio_queue_notify(&queue->queue);
    }
    check(share);
}

static void give_up(struct share_channel *channel, const char *why)
{
    struct virtio_share *share = of(channel);

    virtio_break(&share->virtio, why);
    check(share);
}

static const struct share_channel_operations operations = {.submit = submit, .give_up = give_up};

static int create(struct virtio_share *share, struct virtio_share_queue *queue, uint16_t index)
{
    int error = virtio_queue_create(&share->virtio, &queue->queue, index, QUEUE_SIZE, SHARE_PIECES_MOST);

    if (!error && virtio_queue_room(&queue->queue) < PLACES_LEAST)
        error = -ENODEV;
    return error;
}

int virtio_share_start(struct virtio_share *share, uint64_t wanted, uint16_t ordinary, uint16_t urgent)
{
    int error = virtio_begin(&share->virtio, wanted, 0, attention);

    share->channel.operations = &operations;
    share->for_urgent = ordinary == urgent ? &share->ordinary : &share->urgent;
    if (!error)
        error = create(share, &share->ordinary, ordinary);
    if (!error && ordinary != urgent)
        error = create(share, &share->urgent, urgent);
    if (!error)
        error = virtio_ready(&share->virtio);
    if (error) {
        virtio_break(&share->virtio, "its driver cannot use it");
        return error;
    }
    drain(&share->ordinary);
    if (ordinary != urgent)
        drain(&share->urgent);
    return 0;
}

bool virtio_share_tag(struct virtio_share *share, uint32_t offset, uint32_t length)
{
    uint32_t used = 0;

    for (; used < length; used++) {
        char byte = (char)virtio_configuration8(&share->virtio, offset + used);

        if (byte == '\0')
            break;
        if (used + 1 >= SHARE_TAG_ROOM)
            return false;
        share->channel.tag[used] = byte;
    }
    share->channel.tag[used] = '\0';
    return used > 0;
}

void virtio_share_found(const struct virtio_device *device, const char *name,
                        int (*start)(struct virtio_share *share), struct share_channel **channels)
{
    struct virtio_share *share = heap_alloc(sizeof *share);
    int error = -ENOMEM;

    (void)name;
    if (share) {
        *share = (struct virtio_share){.virtio = *device};
        error = start(share);
    }
    if (error) {
        log_write(LOG_ERROR, "%s: a device does not start, error %d", name, -error);
        return;
    }
    while (*channels)
        channels = &(*channels)->next;
    *channels = &share->channel;
}
