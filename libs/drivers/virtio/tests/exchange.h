/* Requests at random, in both directions: nothing is lost, torn, or given back twice. */
#pragma once

#include "model_device.h"

#define PIECES 5

struct request {
    char out[PIECES][16];
    char in[PIECES][16];
    unsigned outs, ins;
    uint32_t written;
    bool submitted, done;
};

static uint32_t seed = 1;

static unsigned any(unsigned below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % below;
}

static void submit(struct virtio_queue *queue, struct request *request)
{
    *request = (struct request){.outs = any(PIECES + 1), .submitted = true};
    request->ins = request->outs == 0 ? 1 + any(PIECES) : any(PIECES + 1);
    for (unsigned i = 0; i < request->outs; i++) {
        memset(request->out[i], 'a' + (int)any(26), sizeof request->out[i]);
        virtio_queue_add(queue, request->out[i], sizeof request->out[i], false);
    }
    for (unsigned i = 0; i < request->ins; i++)
        virtio_queue_add(queue, request->in[i], sizeof request->in[i], true);
    virtio_queue_submit(queue, request);
}

/* What the device makes of a request: the pieces that it reads, upside down, in those that it writes. */
static uint32_t serve(const struct model_request *seen, struct request *request)
{
    uint32_t written = 0;

    assert(seen->count == request->outs + request->ins);
    for (unsigned i = 0; i < seen->count; i++) {
        assert(seen->pieces[i].length == 16 && seen->pieces[i].writes == (i >= request->outs));
        if (i < request->outs) {
            assert(seen->pieces[i].bytes == request->out[i]);
        } else {
            assert(seen->pieces[i].bytes == request->in[i - request->outs]);
            memset(seen->pieces[i].bytes, 'z' - (int)(i % 26), 16);
            written += 16;
        }
    }
    return request->written = written;
}

static struct request *owner(struct request *requests, unsigned count, const struct model_request *seen)
{
    for (unsigned i = 0; i < count; i++)
        if (requests[i].submitted &&
            seen->pieces[0].bytes == (requests[i].outs ? requests[i].out[0] : requests[i].in[0]))
            return &requests[i];
    assert(!"the device sees a request that nobody made");
    return NULL;
}

static void exchange(uint64_t offered, uint32_t most, uint16_t size, uint16_t table)
{
    enum { REQUESTS = 64, ROUNDS = 20000 };
    static struct request requests[REQUESTS];
    struct model_request held[REQUESTS];
    struct virtio_device device;
    struct virtio_queue queue;
    unsigned holding = 0, submitted = 0, finished = 0, fresh;
    bool listening = false, interrupted = false, asked = true;

    memset(requests, 0, sizeof requests);
    model_begin(&device, &queue, offered, most, size, table);
    for (int round = 0; round < ROUNDS; round++) {
        struct request *request = &requests[any(REQUESTS)];
        uint32_t written;

        switch (any(4)) {
        case 0: /* the driver makes some, and tells */
            fresh = 0;
            for (unsigned n = any(4); n > 0 && virtio_queue_room(&queue) >= 2 * PIECES; n--) {
                request = &requests[any(REQUESTS)];
                if (!request->submitted) {
                    submit(&queue, request);
                    submitted++;
                    fresh++;
                }
            }
            model.doorbell = UINT32_MAX;
            virtio_queue_notify(&queue);
            /* A device that has asked is told. */
            assert(!asked || fresh == 0 || model.doorbell == 0);
            if (model.doorbell == 0)
                asked = false;
            break;
        case 1: /* the device takes some, and asks to be told of more */
            while (holding < REQUESTS && any(3) > 0 && model_take(&held[holding]))
                holding++;
            if (holding < REQUESTS && !model_take(&held[holding])) {
                model_ask(false);
                asked = true;
            } else if (holding < REQUESTS) {
                holding++;
            }
            break;
        case 2: /* the device is done with some, in any order */
            for (unsigned n = any(4); n > 0 && holding > 0; n--) {
                unsigned which = any(holding);
                struct model_request seen = held[which];

                request = owner(requests, REQUESTS, &seen);
                request->done = true;
                if (model_done(&seen, serve(&seen, request)))
                    interrupted = true;
                held[which] = held[--holding];
            }
            /* Who listens is interrupted by the first one. */
            if (listening && submitted > 0) {
                bool ready = false;

                for (unsigned i = 0; i < REQUESTS; i++)
                    ready |= requests[i].submitted && requests[i].done;
                assert(!ready || interrupted);
            }
            break;
        case 3: /* the driver takes what is done, and listens */
            while ((request = virtio_queue_take(&queue, &written))) {
                assert(request->submitted && request->done && written == request->written);
                for (unsigned i = 0; i < request->ins; i++)
                    assert(request->in[i][0] == 'z' - (int)((i + request->outs) % 26) &&
                           request->in[i][15] != 0);
                request->submitted = false;
                finished++;
            }
            interrupted = false;
            listening = any(2);
            if (listening)
                assert(virtio_queue_listen(&queue, 1));
            else
                virtio_queue_ignore(&queue);
            break;
        }
    }
    assert(finished > 1000 && !device.broken);
    assert(virtio_queue_room(&queue) > 0 || submitted > finished);
    free(queue.descriptors);
}
