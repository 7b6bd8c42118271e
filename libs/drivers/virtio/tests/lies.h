/* A device that breaks the rules is given up, and nothing outside its own memory is touched. */
#pragma once

#include "model_device.h"

static char bytes[64];
static int tokens[8];

static void begin(struct virtio_device *device, struct virtio_queue *queue, uint64_t offered)
{
    struct model_request seen;

    model_begin(device, queue, offered, 8, 8, 0);
    for (int i = 0; i < 4; i++) {
        virtio_queue_add(queue, bytes, 16, false);
        virtio_queue_add(queue, bytes, 32, true);
        virtio_queue_submit(queue, &tokens[i]);
    }
    assert(virtio_queue_room(queue) == 0);
    while (model_take(&seen)) {
    }
}

/* The device is broken: it gives nothing, takes nothing, and all tokens come back once. */
static void is_given_up(struct virtio_device *device, struct virtio_queue *queue, unsigned left)
{
    uint32_t written;
    unsigned resets = model.resets;
    void *token;

    assert(!virtio_queue_take(queue, &written));
    assert(device->broken && model.resets == resets + 1 && model.status & 128);
    assert(!virtio_queue_take(queue, &written) && model.resets == resets + 1);
    assert(virtio_queue_room(queue) == 0);
    model.doorbell = UINT32_MAX;
    virtio_queue_notify(queue);
    assert(model.doorbell == UINT32_MAX);
    while ((token = virtio_queue_recover(queue))) {
        assert(token >= (void *)tokens && token < (void *)(tokens + 4));
        left--;
    }
    assert(left == 0);
    free(queue->descriptors);
}

static void lies(uint64_t offered)
{
    static const uint32_t wrong_ids[] = {4, 5, 7, 8, 9, 255, 32767, 65535};
    struct virtio_device device;
    struct virtio_queue queue;
    uint32_t written;

    for (unsigned i = 0; i < sizeof wrong_ids / sizeof *wrong_ids; i++) {
        /* In a split ring, ids 1, 3, 5 and 7 are of second pieces. */
        begin(&device, &queue, offered);
        model_use(offered & VIRTIO_F_RING_PACKED ? wrong_ids[i] : wrong_ids[i] | 1, 1, 2);
        is_given_up(&device, &queue, 4);
    }
    /* More than there is room for. */
    begin(&device, &queue, offered);
    model_use(0, 32, 2);
    assert(virtio_queue_take(&queue, &written) == &tokens[0] && written == 32);
    model_use(offered & VIRTIO_F_RING_PACKED ? 1 : 2, 33, 2);
    is_given_up(&device, &queue, 3);
    /* Twice the same. */
    begin(&device, &queue, offered);
    model_use(0, 1, 2);
    model_use(0, 1, 2);
    assert(virtio_queue_take(&queue, &written) == &tokens[0]);
    is_given_up(&device, &queue, 3);
    if (offered & VIRTIO_F_RING_PACKED)
        return;
    /* An index that runs ahead; and an id that does not fit into 16 bits. */
    begin(&device, &queue, offered);
    model_store16((const char *)model.areas.device + 2, 5);
    is_given_up(&device, &queue, 4);
    begin(&device, &queue, offered);
    model_use(0x10000, 1, 1);
    is_given_up(&device, &queue, 4);
}

static void beginnings(void)
{
    struct virtio_device device;
    struct virtio_queue queue;

    model = (struct model){.offered = 1, .most = 8}; /* not a modern one */
    device = (struct virtio_device){.operations = &model_operations};
    assert(virtio_begin(&device, 1, 0, NULL) < 0);

    model = (struct model){.offered = VIRTIO_F_VERSION_1, .most = 8};
    assert(virtio_begin(&device, 1, 2, NULL) < 0);

    model = (struct model){.offered = VIRTIO_F_VERSION_1 | 3, .most = 8, .refuses_features = true};
    assert(virtio_begin(&device, 1, 2, NULL) < 0);

    model = (struct model){.offered = VIRTIO_F_VERSION_1, .never_resets = true};
    assert(virtio_begin(&device, 0, 0, NULL) < 0);
    virtio_break(&device, "it does not reset");
    assert(device.broken);

    model = (struct model){.offered = VIRTIO_F_VERSION_1 | 3 | UINT64_C(1) << 60, .most = 100};
    device = (struct virtio_device){.operations = &model_operations};
    assert(virtio_begin(&device, 1, 2, NULL) == 0 && device.accepted == (VIRTIO_F_VERSION_1 | 3));
    assert(virtio_queue_create(&device, &queue, 1, 8, 0) < 0); /* there is none */
    assert(virtio_queue_create(&device, &queue, 0, 200, 0) == 0 && queue.size == 64);
    free(queue.descriptors);
    model.refuses_queue = true;
    assert(virtio_queue_create(&device, &queue, 0, 8, 0) < 0);
    free(queue.descriptors);
    model.most = UINT32_MAX;
    model.refuses_queue = false;
    assert(virtio_queue_create(&device, &queue, 0, 48, 0) == 0 && queue.size == 32);
    free(queue.descriptors);

    unsigned char configuration[6] = {1, 2, 3, 4, 5, 6};
    device.configuration = configuration;
    device.configuration_size = sizeof configuration;
    assert(virtio_configuration8(&device, 5) == 6 && virtio_configuration8(&device, 6) == 0);
    assert(virtio_configuration16(&device, 4) == 0x0605 && virtio_configuration16(&device, 5) == 0);
    model.status = 64;
    assert(virtio_needs_reset(&device) && virtio_ready(&device) < 0);
}
