/*
 * For drivers of disks.
 *
 * block_done() ends a request: the driver has no more to do with it. A write that is to be on the medium
 * comes back as a flush first.
 *
 * A queue, empty when it is all zeroes, holds requests for which the disk has no room, in order.
 */
#pragma once

#include <block_device.h>

static inline void block_done(struct block_device *device, struct block_request *request, int result)
{
    bool force = request->force;

    request->force = false;
    if (result == 0 && force && device->flags & BLOCK_DEVICE_CACHE) {
        request->operation = BLOCK_FLUSH;
        device->operations->submit(device, request);
        return;
    }
    request->result = result;
    request->done(request);
}

struct block_queue {
    struct block_request *first;
    struct block_request *last; /* valid where there is a first */
};

static inline void block_queue_add(struct block_queue *queue, struct block_request *request)
{
    request->next = NULL;
    if (queue->first)
        queue->last->next = request;
    else
        queue->first = request;
    queue->last = request;
}

/* The first one; NULL: it is empty. */
static inline struct block_request *block_queue_take(struct block_queue *queue)
{
    struct block_request *request = queue->first;

    if (request)
        queue->first = request->next;
    return request;
}
