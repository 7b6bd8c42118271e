// sources: ../../share-channel/share_channel.c
/* Requests that find no room wait in order; a device that is given up gives everything back once. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <virtio_share.h>

#define PLACES 8
#define REQUESTS 20

/* A queue: how much room is left, and what the device has, in order. */
static struct fake {
    unsigned room, head, tail, pieces, notified;
    void *tokens[1000];
    unsigned taken[1000];
} fakes[2];
static unsigned places = PLACES;
static bool needs_reset;
static unsigned char configuration[80];
static virtio_attention *attention;
static int finished[REQUESTS], order[REQUESTS], count;

static struct fake *fake(const struct virtio_queue *queue)
{
    return &fakes[queue->index];
}

int virtio_begin(struct virtio_device *device, uint64_t wanted, uint64_t required, virtio_attention *call)
{
    assert(wanted == 5 && required == 0 && device);
    attention = call;
    return 0;
}

int virtio_ready(struct virtio_device *device)
{
    return device->broken ? -EIO : 0;
}

void virtio_break(struct virtio_device *device, const char *why)
{
    assert(why);
    device->broken = true;
}

bool virtio_needs_reset(const struct virtio_device *device)
{
    (void)device;
    return needs_reset;
}

uint8_t virtio_configuration8(const struct virtio_device *device, uint32_t offset)
{
    (void)device;
    return offset < sizeof configuration ? configuration[offset] : 0;
}

int virtio_queue_create(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                        uint16_t size, uint16_t table)
{
    assert(index < 2 && size >= places && table >= 4);
    *queue = (struct virtio_queue){.device = device, .index = index};
    fakes[index] = (struct fake){.room = places};
    return 0;
}

unsigned virtio_queue_room(const struct virtio_queue *queue)
{
    return queue->device->broken ? 0 : fake(queue)->room;
}

void virtio_queue_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    struct fake *self = fake(queue);

    assert(bytes && length == 4 && self->room > 0 && device_writes == (self->pieces >= 1));
    self->room--;
    self->pieces++;
}

void virtio_queue_submit(struct virtio_queue *queue, void *token)
{
    struct fake *self = fake(queue);

    self->taken[self->tail] = self->pieces;
    self->tokens[self->tail++] = token;
    self->pieces = 0;
}

void virtio_queue_notify(struct virtio_queue *queue)
{
    fake(queue)->notified = fake(queue)->tail;
}

static unsigned done_until; /* the device is done with what came before */

void *virtio_queue_take(struct virtio_queue *queue, uint32_t *written)
{
    struct fake *self = fake(queue);

    if (queue->device->broken || self->head == self->notified || self->head >= done_until)
        return NULL;
    *written = 3;
    self->room += self->taken[self->head];
    return self->tokens[self->head++];
}

bool virtio_queue_listen(struct virtio_queue *queue, uint16_t after)
{
    assert(after == 1);
    return fake(queue)->head == fake(queue)->notified || fake(queue)->head >= done_until;
}

void *virtio_queue_recover(struct virtio_queue *queue)
{
    struct fake *self = fake(queue);

    assert(queue->device->broken);
    return self->head < self->tail ? self->tokens[self->head++] : NULL;
}

uint64_t clock_monotonic(void)
{
    return 0;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    return -ETIMEDOUT; /* nothing ever comes */
}

unsigned wait_wake(struct wait_queue *queue, unsigned number)
{
    (void)queue, (void)number;
    return 0;
}

static bool no_memory;

void *heap_alloc(size_t size)
{
    return no_memory ? NULL : malloc(size);
}

static char byte[4];
static struct virtio_share share;
static struct share_request requests[REQUESTS];

static void done(struct share_request *request)
{
    int number = (int)(request - requests);

    assert(request->received == (request->result ? 0 : 3));
    finished[number]++;
    order[count++] = number;
}

static void begin(bool two)
{
    share = (struct virtio_share){0};
    memset(finished, 0, sizeof finished);
    count = 0;
    done_until = 0;
    needs_reset = false;
    assert(virtio_share_start(&share, 5, two ? 1 : 0, 0) == 0);
    for (unsigned i = 0; i < REQUESTS; i++)
        requests[i] = (struct share_request){
            .pieces = {{byte, 4}, {byte, 4}, {byte, 4}}, .out = 1, .in = 2, .done = done};
}

static void submit_all(void)
{
    for (unsigned i = 0; i < REQUESTS; i++)
        share_submit(&share.channel, &requests[i]);
}

static void are_all_back(int result)
{
    assert(count == REQUESTS);
    for (unsigned i = 0; i < REQUESTS; i++)
        assert(finished[i] == 1 && requests[i].finished && requests[i].result == result);
}

static int start(struct virtio_share *found)
{
    assert(found->virtio.broken && !found->channel.next);
    return 0;
}

/* Those that start are in the list, in the order in which they were found. */
static void find(void)
{
    const struct virtio_device device = {.broken = true};
    struct share_channel *channels = NULL, *first;

    virtio_share_found(&device, "test", start, &channels);
    first = channels;
    assert(first && !first->next);
    no_memory = true;
    virtio_share_found(&device, "test", start, &channels);
    no_memory = false;
    assert(channels == first && !first->next);
    virtio_share_found(&device, "test", start, &channels);
    assert(channels == first && first->next && !first->next->next);
    free(first->next);
    free(first);
}

int main(void)
{
    find();

    /* Two fit, the others come after them, in order. */
    begin(true);
    submit_all();
    assert(fakes[1].notified == 2 && count == 0);
    done_until = 1;
    attention(&share.virtio, true, false);
    assert(count == 1 && fakes[1].notified == 3);
    done_until = 1000;
    attention(&share.virtio, true, false);
    are_all_back(0);
    for (int i = 0; i < REQUESTS; i++)
        assert(order[i] == i);

    /* Urgent ones have a queue of their own, if there are two. */
    begin(true);
    requests[0].urgent = true;
    share_submit(&share.channel, &requests[0]);
    assert(fakes[0].tail == 1 && fakes[1].tail == 0);
    begin(false);
    requests[0].urgent = true;
    share_submit(&share.channel, &requests[0]);
    assert(fakes[0].tail == 1);

    /* It says that it cannot go on: what it has, and what waits, comes back, and what comes later. */
    begin(true);
    submit_all();
    needs_reset = true;
    attention(&share.virtio, false, true);
    are_all_back(-EIO);
    assert(share.channel.gone && share.virtio.broken);
    requests[0].done = NULL;
    share_submit(&share.channel, &requests[0]);
    assert(requests[0].finished && requests[0].result == -EIO);

    /* It does not answer. */
    begin(true);
    requests[0].done = NULL;
    submit_all();
    assert(share_wait(&share.channel, &requests[0]) == -EIO && share.virtio.broken && count == REQUESTS - 1);

    /* A queue that is too small for a request is a device that cannot be used. */
    places = SHARE_PIECES_MOST - 1;
    share = (struct virtio_share){0};
    assert(virtio_share_start(&share, 5, 1, 0) == -ENODEV && share.virtio.broken);

    /* Tags. */
    share = (struct virtio_share){0};
    memcpy(configuration + 2, "tag\0x", 5);
    assert(virtio_share_tag(&share, 2, 36) && strcmp(share.channel.tag, "tag") == 0);
    assert(virtio_share_tag(&share, 2, 2) && strcmp(share.channel.tag, "ta") == 0);
    assert(!virtio_share_tag(&share, 5, 10) && !virtio_share_tag(&share, 2, 0));
    memset(configuration, 'x', sizeof configuration);
    assert(virtio_share_tag(&share, 0, SHARE_TAG_ROOM - 1) && !virtio_share_tag(&share, 0, SHARE_TAG_ROOM));
    return 0;
}
