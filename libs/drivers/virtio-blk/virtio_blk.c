#include "virtio_blk.h"

#include <errno.h>
#include <heap.h>
#include <log.h>

#define TYPE_BLOCK 2 /* 5.2.1 */

#define CONFIGURATION_NUM_QUEUES 34 /* 5.2.4 */

static struct block_device *devices;
static unsigned found_count;

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    struct virtio_blk *disk = (struct virtio_blk *)((char *)device - offsetof(struct virtio_blk, virtio));

    if (configuration) {
        if (virtio_needs_reset(device))
            virtio_break(device, "it says that it cannot go on");
        virtio_blk_resize(disk);
    }
    if (queues || device->broken)
        virtio_blk_take(disk);
}

static const struct block_device_operations operations = {
    .submit = virtio_blk_submit,
    .poll = virtio_blk_poll,
};

/* 5.2.5 */
static int start(struct virtio_blk *disk)
{
    const uint64_t wanted = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_RO |
                            VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_TOPOLOGY |
                            VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_MQ | VIRTIO_BLK_F_DISCARD |
                            VIRTIO_BLK_F_WRITE_ZEROES;
    int error = virtio_begin(&disk->virtio, wanted, 0, attention);

    if (error)
        return error;
    disk->queue_count = 1;
    if (disk->virtio.accepted & VIRTIO_BLK_F_MQ)
        disk->queue_count = virtio_configuration16(&disk->virtio, CONFIGURATION_NUM_QUEUES);
    if (disk->queue_count > CONFIG_VIRTIO_BLK_QUEUES)
        disk->queue_count = CONFIG_VIRTIO_BLK_QUEUES;
    if (disk->queue_count == 0)
        disk->queue_count = 1;
    error = virtio_blk_queues(disk);
    if (!error)
        error = virtio_blk_limits(disk);
    if (!error)
        error = virtio_ready(&disk->virtio);
    if (error)
        return error;
    virtio_blk_serial(disk);
    if (disk->virtio.broken)
        return -EIO;
    virtio_blk_take(disk); /* asks for interrupts */
    return 0;
}

static void found(const struct virtio_device *device)
{
    struct virtio_blk *disk = heap_alloc(sizeof *disk);
    struct block_device **link = &devices;
    unsigned number = found_count++; /* also of one that does not start: those behind it keep their names */
    int error = -ENOMEM;

    if (disk) {
        *disk = (struct virtio_blk){.virtio = *device};
        disk->block.operations = &operations;
        block_name(&disk->block, "vd", number);
        error = start(disk);
    }
    if (error) {
        log_write(LOG_ERROR, "virtio-blk: disk %u does not start, error %d", number, -error);
        if (disk) {
            disk->queue_count = 0; /* of those that there may be, nobody takes anything any more */
            virtio_break(&disk->virtio, "its driver cannot use it");
        }
        return;
    }
    while (*link)
        link = &(*link)->next;
    *link = &disk->block;
}

int virtio_blk_init(void);

int virtio_blk_init(void)
{
    virtio_find(TYPE_BLOCK, found);
    return 0;
}

const struct block_driver virtio_blk_block_device = {.name = "virtio-blk", .devices = &devices};
