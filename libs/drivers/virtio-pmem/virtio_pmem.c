#include "virtio_pmem.h"

#include <block_memory.h>
#include <boot_info.h>
#include <device_memory.h>
#include <errno.h>
#include <heap.h>
#include <image_layout.h>
#include <log.h>
#include <pages.h>

#define TYPE_PMEM 27 /* 5.19.1 */

/* 5.19.4 */
#define CONFIGURATION_START 0
#define CONFIGURATION_SIZE 8

#define SEGMENTS 256u

static struct block_device *devices;
static unsigned found_count;

static struct virtio_pmem *of(struct block_device *device)
{
    return (struct virtio_pmem *)device;
}

static void submit(struct block_device *device, struct block_request *request)
{
    if (request->operation == BLOCK_FLUSH)
        virtio_pmem_flush(of(device), request);
    else
        block_perform(device, &of(device)->line, request, block_memory_perform);
}

static void poll(struct block_device *device)
{
    virtio_pmem_take(of(device));
}

static const struct block_device_operations operations = {.submit = submit, .poll = poll};

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    (void)queues;
    if (configuration && virtio_needs_reset(device))
        virtio_break(device, "it says that it cannot go on");
    virtio_pmem_take((struct virtio_pmem *)((char *)device - offsetof(struct virtio_pmem, virtio)));
}

static void expired(struct ktimer *timer)
{
    virtio_pmem_take((struct virtio_pmem *)((char *)timer - offsetof(struct virtio_pmem, timer)));
}

/* Whether the image's own memory lies there: what was free at the start, and all up to the
 * image's end. */
static bool is_own(uint64_t first, uint64_t end)
{
    for (size_t i = 0; i < boot_info.range_count; i++)
        if (first < boot_info.ranges[i].end && end > boot_info.ranges[i].start)
            return true;
    return first < (uintptr_t)image_end;
}

static int start(struct virtio_pmem *disk)
{
    struct block_device *block = &disk->block;
    uint64_t first, size;
    int error = virtio_begin(&disk->virtio, 0, 0, attention);

    if (error == -ENXIO) { /* QEMU's, up to version 7.2 at least */
        disk->polled = true;
        error = 0;
    }
    if (!error)
        error = virtio_queue_create(&disk->virtio, &disk->queue, 0, 2, 0);
    if (error)
        return error;
    first = virtio_configuration64(&disk->virtio, CONFIGURATION_START);
    size = virtio_configuration64(&disk->virtio, CONFIGURATION_SIZE);
    if (first % PAGE_SIZE || size < PAGE_SIZE || size % PAGE_SIZE || first + size < first ||
        is_own(first, first + size))
        return -EINVAL;
    disk->exchange = pages_alloc(1);
    block->memory = device_memory_map_cached(first, size);
    if (!disk->exchange || !block->memory)
        return -ENOMEM;
    block->operations = &operations;
    block->sectors = size / BLOCK_SECTOR;
    block->flags = BLOCK_DEVICE_CACHE | BLOCK_DEVICE_ZEROES;
    block->block = BLOCK_SECTOR;
    block->physical_block = PAGE_SIZE;
    block->max_segments = SEGMENTS;
    block->max_segment = UINT32_C(1) << 30;
    block->max_sectors = UINT32_C(1) << 21;
    block->discard_alignment = 1;
    block->max_zeroes = UINT32_C(1) << 21;
    disk->timer.expired = expired;
    error = virtio_ready(&disk->virtio);
    if (!error && !disk->polled)
        virtio_queue_listen(&disk->queue, 1);
    return error;
}

static void found(const struct virtio_device *device)
{
    struct virtio_pmem *disk = heap_alloc(sizeof *disk);
    struct block_device **link = &devices;
    unsigned number = found_count++;
    int error = -ENOMEM;

    if (disk) {
        *disk = (struct virtio_pmem){.virtio = *device};
        block_name(&disk->block, "pmem", number);
        error = start(disk);
    }
    if (error) {
        log_write(LOG_ERROR, "virtio-pmem: disk %u does not start, error %d", number, -error);
        if (disk)
            virtio_break(&disk->virtio, "its driver cannot use it");
        return;
    }
    while (*link)
        link = &(*link)->next;
    *link = &disk->block;
}

int virtio_pmem_init(void);

int virtio_pmem_init(void)
{
    virtio_find(TYPE_PMEM, found);
    return 0;
}

const struct block_driver virtio_pmem_block_device = {.name = "virtio-pmem", .devices = &devices};
