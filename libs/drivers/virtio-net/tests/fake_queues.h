/* virtio.h for a driver under test: two queues whose device is the test. */
#pragma once

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <virtio.h>

#define QUEUE_SIZE 64
#define PIECES_MOST 70

struct piece {
    char *bytes;
    uint32_t length;
    bool device_writes;
};

struct request {
    struct piece pieces[PIECES_MOST];
    unsigned count;
    void *token;
    uint32_t written;
    bool used;
};

/* What the device has been given, in order, and gives back in order. */
static struct fake_queue {
    struct virtio_queue *queue;
    struct request requests[QUEUE_SIZE];
    unsigned head, tail; /* [head, tail) of all that have ever been made */
    unsigned notified, places, pieces;
    struct request making;
    bool listening;
} queues[2]; /* receive, transmit */

static struct virtio_device *card_device;
static uint64_t offered;
static unsigned char configuration[12];
static bool needs_reset;

static uint64_t features(const struct virtio_device *device)
{
    (void)device;
    return offered;
}

static const struct virtio_operations operations = {.features = features};

void virtio_find(uint32_t type, virtio_found *found)
{
    const struct virtio_device device = {.operations = &operations};

    assert(type == 1);
    found(&device);
}

int virtio_begin(struct virtio_device *device, uint64_t wanted, uint64_t required,
                 virtio_attention *attention)
{
    assert(required == 0);
    device->accepted = offered & wanted;
    device->attention = attention;
    card_device = device;
    return 0;
}

int virtio_ready(struct virtio_device *device)
{
    (void)device;
    return 0;
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
    return configuration[offset];
}

uint16_t virtio_configuration16(const struct virtio_device *device, uint32_t offset)
{
    (void)device;
    return (uint16_t)(configuration[offset] | configuration[offset + 1] << 8);
}

static struct fake_queue *fake(const struct virtio_queue *queue)
{
    return &queues[queue->index];
}

int virtio_queue_create(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                        uint16_t size, uint16_t table)
{
    assert(index < 2 && table == 0);
    *queue = (struct virtio_queue){
        .device = device, .index = index, .size = size < QUEUE_SIZE ? size : QUEUE_SIZE};
    queues[index] = (struct fake_queue){.queue = queue, .places = queue->size};
    return 0;
}

unsigned virtio_queue_room(const struct virtio_queue *queue)
{
    return queue->device->broken ? 0 : fake(queue)->places;
}

void virtio_queue_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    struct request *making = &fake(queue)->making;

    assert(fake(queue)->places > 0 && making->count < PIECES_MOST && length > 0);
    fake(queue)->places--;
    making->pieces[making->count++] = (struct piece){(char *)(uintptr_t)bytes, length, device_writes};
}

void virtio_queue_submit(struct virtio_queue *queue, void *token)
{
    struct fake_queue *own = fake(queue);

    own->making.token = token;
    own->requests[own->tail++ % QUEUE_SIZE] = own->making;
    own->making = (struct request){0};
    queue->requests++;
}

void virtio_queue_notify(struct virtio_queue *queue)
{
    fake(queue)->notified = fake(queue)->tail;
}

void *virtio_queue_take(struct virtio_queue *queue, uint32_t *written)
{
    struct fake_queue *own = fake(queue);
    struct request *request = &own->requests[own->head % QUEUE_SIZE];

    if (queue->device->broken || own->head == own->tail || !request->used)
        return NULL;
    own->head++;
    own->places += request->count;
    queue->requests--;
    *written = request->written;
    return request->token;
}

bool virtio_queue_listen(struct virtio_queue *queue, uint16_t after)
{
    const struct fake_queue *own = fake(queue);

    assert(after > 0);
    fake(queue)->listening = true;
    return own->head == own->tail || !own->requests[own->head % QUEUE_SIZE].used;
}

void virtio_queue_ignore(struct virtio_queue *queue)
{
    fake(queue)->listening = false;
}

void *virtio_queue_recover(struct virtio_queue *queue)
{
    struct fake_queue *own = fake(queue);

    return own->head == own->tail ? NULL : own->requests[own->head++ % QUEUE_SIZE].token;
}

/* The device's turn: the request `number` (counted from the start) is done. */
static inline struct request *request_of(unsigned queue, unsigned number)
{
    assert(number >= queues[queue].head && number < queues[queue].tail);
    return &queues[queue].requests[number % QUEUE_SIZE];
}

static inline void use(unsigned queue, unsigned number, uint32_t written)
{
    struct request *request = request_of(queue, number);

    request->used = true;
    request->written = written;
}
