/*
 * A virtio device in the host's memory: the device's side of split and packed rings, written from the
 * specification and not from the driver. It keeps to the rules until a test makes it break one.
 */
#pragma once

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <virtio.h>

#define MODEL_LONGEST 64 /* pieces of a request */

struct model_piece {
    char *bytes;
    uint32_t length;
    bool writes;
};

struct model_request {
    uint16_t id;
    uint16_t places; /* that it takes in a packed ring */
    unsigned count;
    struct model_piece pieces[MODEL_LONGEST];
};

static struct model {
    /* What it is like. */
    uint64_t offered;
    uint32_t most; /* places of a queue */
    bool never_resets;
    bool refuses_features;
    bool refuses_queue;

    /* How it stands. */
    uint64_t accepted;
    uint8_t status;
    struct virtio_areas areas;
    uint32_t doorbell;
    unsigned resets;
    uint16_t next; /* in the available ring, or in the packed one */
    bool next_wrap;
    uint16_t used;
    bool used_wrap;
} model;

static inline uint16_t model_load16(const void *at)
{
    return __atomic_load_n((const uint16_t *)at, __ATOMIC_ACQUIRE);
}

static inline void model_store16(const void *at, uint16_t value)
{
    __atomic_store_n((uint16_t *)(uintptr_t)at, value, __ATOMIC_RELEASE);
}

static uint8_t model_status(const struct virtio_device *device)
{
    (void)device;
    return model.never_resets ? model.status | 1 : model.status;
}

static inline void model_set_status(const struct virtio_device *device, uint8_t status)
{
    (void)device;
    if (status == 0)
        model.resets++;
    if (model.refuses_features)
        status &= (uint8_t)~8;
    model.status = status;
}

static uint64_t model_features(const struct virtio_device *device)
{
    (void)device;
    return model.offered;
}

static inline void model_set_features(const struct virtio_device *device, uint64_t features)
{
    (void)device;
    assert((features & ~model.offered) == 0);
    model.accepted = features;
}

static uint32_t model_queue_size(const struct virtio_device *device, uint16_t index)
{
    (void)device;
    return index == 0 ? model.most : 0;
}

static volatile void *model_queue_start(const struct virtio_device *device, uint16_t index,
                                        const struct virtio_areas *areas)
{
    (void)device, (void)index;
    assert(areas->size > 0 && areas->size <= model.most && (areas->size & (areas->size - 1)) == 0);
    assert((uintptr_t)areas->descriptors % 16 == 0 && (uintptr_t)areas->driver % 4 == 0 &&
           (uintptr_t)areas->device % 4 == 0);
    model.areas = *areas;
    return model.refuses_queue ? NULL : &model.doorbell;
}

static int model_interrupt(struct virtio_device *device)
{
    (void)device;
    return 0;
}

static const struct virtio_operations model_operations = {
    .status = model_status,
    .set_status = model_set_status,
    .features = model_features,
    .set_features = model_set_features,
    .queue_size = model_queue_size,
    .queue_start = model_queue_start,
    .interrupt = model_interrupt,
};

const struct virtio_transport *const virtio_transports[] = {NULL};
const size_t virtio_transports_count = 0;

static inline bool model_packed(void)
{
    return model.accepted & VIRTIO_F_RING_PACKED;
}

static inline bool model_events(void)
{
    return model.accepted & VIRTIO_F_EVENT_IDX;
}

struct model_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t third;  /* split: flags; packed: id */
    uint16_t fourth; /* split: next; packed: flags */
};

static inline uint16_t model_flags(const struct model_descriptor *descriptor)
{
    return model_packed() ? descriptor->fourth : descriptor->third;
}

static inline void model_add(struct model_request *request, const struct model_descriptor *descriptor)
{
    bool writes = model_flags(descriptor) & 2;

    assert(request->count < MODEL_LONGEST);
    assert(descriptor->length > 0);
    /* 2.7.4.2: what the device writes comes behind what it reads. */
    assert(writes || request->count == 0 || !request->pieces[request->count - 1].writes);
    request->pieces[request->count++] =
        (struct model_piece){(char *)(uintptr_t)descriptor->address, descriptor->length, writes};
}

static inline void model_add_table(struct model_request *request, const struct model_descriptor *descriptor)
{
    const struct model_descriptor *table = (const void *)(uintptr_t)descriptor->address;
    unsigned count = descriptor->length / 16, at = 0;

    assert(model.accepted & VIRTIO_F_INDIRECT_DESC && descriptor->length % 16 == 0 && count > 0);
    if (model_packed()) {
        for (; at < count; at++)
            model_add(request, &table[at]);
        return;
    }
    for (;; at = table[at].fourth) {
        assert(at < count);
        model_add(request, &table[at]);
        if (!(table[at].third & 1))
            break;
    }
}

/* The next request that is available. */
static inline bool model_take(struct model_request *request)
{
    const struct model_descriptor *ring = model.areas.descriptors;
    uint16_t size = model.areas.size, at, flags;

    *request = (struct model_request){0};
    if (!model_packed()) {
        const uint16_t *available = model.areas.driver;

        if (model_load16(&available[1]) == model.next)
            return false;
        request->id = at = available[2 + model.next++ % size];
        request->places = 1;
        for (;;) {
            assert(at < size);
            if (ring[at].third & 4) {
                assert(!(ring[at].third & 1));
                model_add_table(request, &ring[at]);
                return true;
            }
            model_add(request, &ring[at]);
            if (!(ring[at].third & 1))
                return true;
            at = ring[at].fourth;
        }
    }
    flags = model_load16(&ring[model.next].fourth);
    if ((flags >> 7 & 1) != model.next_wrap || (flags >> 15 & 1) == model.next_wrap)
        return false;
    do {
        flags = ring[model.next].fourth;
        assert((flags >> 7 & 1) == model.next_wrap && (flags >> 15 & 1) != model.next_wrap);
        if (flags & 4)
            model_add_table(request, &ring[model.next]);
        else
            model_add(request, &ring[model.next]);
        request->id = ring[model.next].third;
        request->places++;
        if (++model.next == size) {
            model.next = 0;
            model.next_wrap = !model.next_wrap;
        }
    } while (flags & 1);
    return true;
}

/* Writes an entry that says that `id` is done, and returns whether the driver wants an interrupt for it. */
static inline bool model_use(uint32_t id, uint32_t length, uint16_t places)
{
    uint16_t size = model.areas.size;

    if (!model_packed()) {
        const uint16_t *available = model.areas.driver;
        uint32_t *ring = (uint32_t *)((uintptr_t)model.areas.device + 4);

        ring[2 * (model.used % size)] = id;
        ring[2 * (model.used % size) + 1] = length;
        model.used++;
        model_store16((const char *)model.areas.device + 2, model.used);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (model_events())
            return available[2 + size] == (uint16_t)(model.used - 1);
        return !(available[0] & 1);
    }
    struct model_descriptor *ring = (struct model_descriptor *)(uintptr_t)model.areas.descriptors;
    const uint16_t *event = model.areas.driver;
    uint16_t from = model.used, to = (uint16_t)(model.used + places), wanted;
    bool wrap = model.used_wrap;

    ring[from].third = (uint16_t)id;
    ring[from].length = length;
    model_store16(&ring[from].fourth, wrap ? 0x8080 : 0);
    model.used = to;
    if (to >= size) {
        model.used = (uint16_t)(to - size);
        model.used_wrap = !wrap;
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (event[1] != 2)
        return event[1] == 0;
    assert(model_events());
    /* Places from `from` on, counted on over the end of the ring. */
    wanted = event[0] & 0x7fff;
    if ((event[0] >> 15) != wrap)
        wanted = (uint16_t)(wanted + size);
    return wanted >= from && wanted < to;
}

static inline bool model_done(const struct model_request *request, uint32_t length)
{
    return model_use(request->id, length, request->places);
}

/* Asks to be notified of the next request (or, `never`, of none). */
static inline void model_ask(bool never)
{
    uint16_t *area = (uint16_t *)(uintptr_t)model.areas.device;

    if (model_packed()) {
        area[0] = (uint16_t)(model.next | model.next_wrap << 15);
        area[1] = never ? 1 : model_events() ? 2 : 0;
    } else if (model_events()) {
        area[2 + 4 * model.areas.size] = (uint16_t)(never ? model.next - 1 : model.next);
    } else {
        area[0] = never;
    }
}

/* A device that has begun, with one queue. */
static inline void model_begin(struct virtio_device *device, struct virtio_queue *queue, uint64_t offered,
                               uint32_t most, uint16_t size, uint16_t table)
{
    model = (struct model){
        .offered = offered | VIRTIO_F_VERSION_1, .most = most, .next_wrap = true, .used_wrap = true};
    *device = (struct virtio_device){.operations = &model_operations, .wide_notification = true};
    assert(virtio_begin(device, 0, 0, NULL) == 0);
    assert(virtio_queue_create(device, queue, 0, size, table) == 0);
    assert(virtio_ready(device) == 0);
    assert(model.status == 15);
    model.doorbell = UINT32_MAX;
}
