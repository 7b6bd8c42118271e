#include "virtio_pmem.h"

#include <clock.h>
#include <errno.h>
#include <log.h>

#define MOMENT UINT64_C(200000) /* nanoseconds between looks at a device that does not interrupt */

static void end(struct virtio_pmem *disk, struct block_queue *queue, int result)
{
    struct block_queue all = *queue;
    struct block_request *request;

    *queue = (struct block_queue){0};
    while ((request = block_queue_take(&all)))
        block_done(&disk->block, request, result);
}

static void begin(struct virtio_pmem *disk)
{
    if (disk->flushing.first || !disk->waiting.first)
        return;
    disk->flushing = disk->waiting;
    disk->waiting = (struct block_queue){0};
    *disk->exchange = (struct virtio_pmem_exchange){VIRTIO_PMEM_REQ_TYPE_FLUSH, UINT32_MAX};
    virtio_queue_add(&disk->queue, &disk->exchange->type, sizeof disk->exchange->type, false);
    virtio_queue_add(&disk->queue, (const void *)(uintptr_t)&disk->exchange->result,
                     sizeof disk->exchange->result, true);
    virtio_queue_submit(&disk->queue, disk);
    virtio_queue_notify(&disk->queue);
    if (disk->polled)
        ktimer_start(&disk->timer, clock_monotonic() + MOMENT);
}

void virtio_pmem_flush(struct virtio_pmem *disk, struct block_request *request)
{
    block_queue_add(&disk->waiting, request);
    if (disk->virtio.broken)
        end(disk, &disk->waiting, -EIO);
    else
        begin(disk);
}

void virtio_pmem_take(struct virtio_pmem *disk)
{
    uint32_t written;

    do {
        while (virtio_queue_take(&disk->queue, &written)) {
            bool failed = disk->exchange->result != 0;

            if (failed)
                log_write(LOG_ERROR, "%s: flushing failed", disk->block.name);
            end(disk, &disk->flushing, failed ? -EIO : 0);
            begin(disk);
        }
    } while (!disk->virtio.broken && !disk->polled && !virtio_queue_listen(&disk->queue, 1));
    if (disk->virtio.broken) {
        end(disk, &disk->flushing, -EIO);
        end(disk, &disk->waiting, -EIO);
    } else if (disk->polled && disk->flushing.first) {
        ktimer_start(&disk->timer, clock_monotonic() + MOMENT);
    }
}
