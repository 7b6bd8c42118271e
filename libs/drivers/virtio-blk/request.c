/* 5.2.6 */
#include "virtio_blk.h"

#include <errno.h>
#include <heap.h>
#include <log.h>
#include <pages.h>

#define ATTEMPTS 1000000 /* reads of a register while the device looks up its serial number: seconds */

/* Requests are submitted to queues in turn. */
static struct virtio_blk_queue *queue_with_room(struct virtio_blk *disk, unsigned pieces)
{
    for (unsigned i = 0; i < disk->queue_count; i++) {
        struct virtio_blk_queue *queue = &disk->queues[disk->queue_next];

        if (++disk->queue_next == disk->queue_count)
            disk->queue_next = 0;
        if (queue->free < queue->queue.size && virtio_queue_room(&queue->queue) >= pieces)
            return queue;
    }
    return NULL;
}

static struct virtio_blk_slot *slot_take(struct virtio_blk_queue *queue)
{
    struct virtio_blk_slot *slot = &queue->slots[queue->free];

    queue->free = slot->next;
    return slot;
}

static void slot_free(struct virtio_blk_queue *queue, struct virtio_blk_slot *slot)
{
    slot->next = queue->free;
    queue->free = (uint16_t)(slot - queue->slots);
}

static void begin(struct virtio_blk_queue *queue, struct virtio_blk_slot *slot, uint32_t type,
                  uint64_t sector)
{
    slot->bytes = 0;
    slot->place->header = (struct virtio_blk_header){.type = type, .sector = sector};
    slot->place->status = VIRTIO_BLK_S_NONE;
    virtio_queue_add(&queue->queue, &slot->place->header, sizeof slot->place->header, false);
}

static void end(struct virtio_blk_queue *queue, struct virtio_blk_slot *slot)
{
    virtio_queue_add(&queue->queue, (const void *)(uintptr_t)&slot->place->status, sizeof slot->place->status,
                     true);
    virtio_queue_submit(&queue->queue, slot);
}

static void send(struct virtio_blk_queue *queue, struct block_request *request)
{
    static const uint32_t types[] = {
        [BLOCK_READ] = VIRTIO_BLK_T_IN,
        [BLOCK_WRITE] = VIRTIO_BLK_T_OUT,
        [BLOCK_FLUSH] = VIRTIO_BLK_T_FLUSH,
        [BLOCK_DISCARD] = VIRTIO_BLK_T_DISCARD,
        [BLOCK_WRITE_ZEROES] = VIRTIO_BLK_T_WRITE_ZEROES,
    };
    struct virtio_blk_slot *slot = slot_take(queue);
    bool data = request->operation == BLOCK_READ || request->operation == BLOCK_WRITE;

    slot->request = request;
    begin(queue, slot, types[request->operation], data ? request->sector : 0);
    if (data) {
        for (unsigned i = 0; i < request->segment_count; i++)
            virtio_queue_add(&queue->queue, request->segments[i].address, request->segments[i].length,
                             request->operation == BLOCK_READ);
        if (request->operation == BLOCK_READ)
            slot->bytes = (uint32_t)request->sectors * BLOCK_SECTOR;
    } else if (request->operation != BLOCK_FLUSH) {
        slot->place->range = (struct virtio_blk_range){
            .sector = request->sector,
            .sectors = (uint32_t)request->sectors,
            .flags = request->operation == BLOCK_WRITE_ZEROES && request->unmap ? VIRTIO_BLK_RANGE_UNMAP : 0,
        };
        virtio_queue_add(&queue->queue, &slot->place->range, sizeof slot->place->range, false);
    }
    end(queue, slot);
    virtio_queue_notify(&queue->queue);
}

static unsigned pieces_of(const struct block_request *request)
{
    switch (request->operation) {
    case BLOCK_READ:
    case BLOCK_WRITE:
        return 2u + request->segment_count;
    default:
        return 3;
    }
}

static void fail(struct virtio_blk *disk, struct block_request *request, int error)
{
    static const char *const names[] = {
        [BLOCK_READ] = "reading",       [BLOCK_WRITE] = "writing",        [BLOCK_FLUSH] = "flushing",
        [BLOCK_DISCARD] = "discarding", [BLOCK_WRITE_ZEROES] = "zeroing",
    };

    if (request->operation == BLOCK_FLUSH)
        log_write(LOG_ERROR, "%s: flushing failed, error %d", disk->block.name, -error);
    else
        log_write(LOG_ERROR, "%s: %s %lu sectors from %lu on failed, error %d", disk->block.name,
                  names[request->operation], (unsigned long)request->sectors, (unsigned long)request->sector,
                  -error);
    (void)names;
    block_done(&disk->block, request, error);
}

/* Everything that is under way, and what waits for room. */
static void give_up(struct virtio_blk *disk)
{
    struct block_request *request;

    for (unsigned i = 0; i < disk->queue_count; i++) {
        struct virtio_blk_slot *slot;

        while ((slot = virtio_queue_recover(&disk->queues[i].queue)))
            if (slot->request)
                fail(disk, slot->request, -EIO);
    }
    while ((request = block_queue_take(&disk->waiting)))
        fail(disk, request, -EIO);
}

void virtio_blk_submit(struct block_device *device, struct block_request *request)
{
    struct virtio_blk *disk = virtio_blk_of(device);
    struct virtio_blk_queue *queue;

    if (disk->virtio.broken) {
        fail(disk, request, -EIO);
        return;
    }
    queue = disk->waiting.first ? NULL : queue_with_room(disk, pieces_of(request));
    if (queue)
        send(queue, request);
    else
        block_queue_add(&disk->waiting, request);
}

static void send_waiting(struct virtio_blk *disk)
{
    struct virtio_blk_queue *queue;

    while (disk->waiting.first && (queue = queue_with_room(disk, pieces_of(disk->waiting.first))))
        send(queue, block_queue_take(&disk->waiting));
}

/* What a request came to, as far as the device can be believed. */
static int result_of(const struct virtio_blk_slot *slot, uint32_t written)
{
    switch (slot->place->status) {
    case VIRTIO_BLK_S_OK:
        return written < slot->bytes ? -EIO : 0;
    case VIRTIO_BLK_S_UNSUPP:
        return -EOPNOTSUPP;
    default:
        return -EIO;
    }
}

static void take_from(struct virtio_blk *disk, struct virtio_blk_queue *queue)
{
    struct virtio_blk_slot *slot;
    uint32_t written;

    while ((slot = virtio_queue_take(&queue->queue, &written))) {
        struct block_request *request = slot->request;
        int result = result_of(slot, written);

        slot_free(queue, slot);
        send_waiting(disk);
        if (result)
            fail(disk, request, result);
        else
            block_done(&disk->block, request, 0);
    }
}

void virtio_blk_take(struct virtio_blk *disk)
{
    for (unsigned i = 0; i < disk->queue_count; i++)
        do
            take_from(disk, &disk->queues[i]);
        while (!disk->virtio.broken && !virtio_queue_listen(&disk->queues[i].queue, 1));
    if (disk->virtio.broken)
        give_up(disk);
}

void virtio_blk_poll(struct block_device *device)
{
    virtio_blk_take(virtio_blk_of(device));
}

void virtio_blk_serial(struct virtio_blk *disk)
{
    struct virtio_blk_queue *queue = &disk->queues[0];
    struct virtio_blk_slot *slot = slot_take(queue);
    char *serial = disk->block.serial;
    uint32_t written;

    slot->request = NULL;
    begin(queue, slot, VIRTIO_BLK_T_GET_ID, 0);
    virtio_queue_add(&queue->queue, slot->place->id, sizeof slot->place->id, true);
    end(queue, slot);
    virtio_queue_notify(&queue->queue);
    for (int i = 0; !virtio_queue_take(&queue->queue, &written); i++) {
        if (i == ATTEMPTS || disk->virtio.broken) {
            virtio_break(&disk->virtio, "it does not answer");
            return;
        }
        virtio_needs_reset(&disk->virtio); /* leaves a virtual machine, and so lets its host work */
    }
    if (slot->place->status == VIRTIO_BLK_S_OK)
        for (unsigned i = 0;
             i < VIRTIO_BLK_ID_LENGTH && slot->place->id[i] > ' ' && slot->place->id[i] < 0x7f; i++)
            serial[i] = (char)slot->place->id[i];
    slot_free(queue, slot);
}

/* The places of a queue's requests, which the device reaches, and the slots, which it does not. */
static int queue_make(struct virtio_blk *disk, unsigned index)
{
    struct virtio_blk_queue *queue = &disk->queues[index];
    struct virtio_blk_place *places;
    size_t size;
    int error = virtio_queue_create(&disk->virtio, &queue->queue, (uint16_t)index, CONFIG_VIRTIO_BLK_REQUESTS,
                                    CONFIG_VIRTIO_BLK_SEGMENTS + 2);

    if (error)
        return error;
    size = queue->queue.size;
    places = pages_alloc((size * sizeof *places + PAGE_SIZE - 1) / PAGE_SIZE);
    queue->slots = heap_alloc(size * sizeof *queue->slots);
    if (!places || !queue->slots)
        return -ENOMEM;
    for (uint16_t i = 0; i < size; i++)
        queue->slots[i] = (struct virtio_blk_slot){.place = &places[i], .next = (uint16_t)(i + 1)};
    return 0;
}

int virtio_blk_queues(struct virtio_blk *disk)
{
    int error = 0;

    for (unsigned i = 0; i < disk->queue_count && !error; i++)
        error = queue_make(disk, i);
    return error;
}
