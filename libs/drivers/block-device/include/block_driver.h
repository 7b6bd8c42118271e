/*
 * For drivers of disks.
 *
 * block_done() ends a request: the driver has no more to do with it. A write that is to be on the medium
 * comes back as a flush first.
 *
 * A queue, empty when it is all zeroes, holds requests for which the disk has no room, in order.
 *
 * block_perform() is the submit() of a disk that does each request at once, by perform(): 0 or an error. What
 * done() submits is done after it and not within, however many they are.
 *
 * block_name() makes the name of the disk `number` (from 0) among those with the same prefix: a, b, ..., z,
 * aa, ...
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

struct block_line {
    struct block_queue queue;
    bool busy;
};

static inline void block_perform(struct block_device *device, struct block_line *line,
                                 struct block_request *request,
                                 int (*perform)(struct block_device *, const struct block_request *))
{
    block_queue_add(&line->queue, request);
    if (line->busy)
        return;
    line->busy = true;
    while ((request = block_queue_take(&line->queue)))
        block_done(device, request, perform(device, request));
    line->busy = false;
}

static inline void block_name(struct block_device *device, const char *prefix, unsigned number)
{
    char *to = device->name;

    while (*prefix)
        *to++ = *prefix++;
    if (number >= 26)
        *to++ = (char)('a' + (number / 26 - 1) % 26);
    *to++ = (char)('a' + number % 26);
    *to = '\0';
}
