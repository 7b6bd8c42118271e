/* A virtio disk in the host's memory, on the model of a virtio device. It keeps to the rules until a test
 * makes it break one. */
#pragma once

/* There is a transport here, with one device. */
#define virtio_transports unused_transports
#define virtio_transports_count unused_transports_count
#include "../../virtio/tests/model_device.h"
#undef virtio_transports
#undef virtio_transports_count

#include "../virtio_blk.h"

#include <errno.h>
#include <heap.h>
#include <pages.h>

extern const struct block_driver virtio_blk_block_device;
int virtio_blk_init(void);

#define SECTORS 128u

static unsigned char content[SECTORS * BLOCK_SECTOR];
static unsigned char configuration[64];
static char serial[21] = "number 1";
static bool silent;        /* it does not answer */
static int status_instead; /* of the right one; -1: none is written; -2: the right one */
static int short_by;       /* bytes fewer than it should say that it wrote */
static unsigned served[16];
static struct virtio_device *device; /* as the driver has it */

/* The driver keeps its disks, also those that do not start; a test may end them all. */
static void *blocks[256];
static unsigned block_count;

void *heap_alloc(size_t size)
{
    assert(block_count < sizeof blocks / sizeof blocks[0]);
    return blocks[block_count++] = malloc(size);
}

static inline void end_all(void)
{
    *(struct block_device **)(uintptr_t)virtio_blk_block_device.devices = NULL;
    while (block_count > 0)
        free(blocks[--block_count]);
}

static inline void set32(unsigned offset, uint32_t value)
{
    memcpy(&configuration[offset], &value, sizeof value);
}

static inline void set64(unsigned offset, uint64_t value)
{
    memcpy(&configuration[offset], &value, sizeof value);
}

/* What it does, and how many bytes it wrote. The driver has checked everything: a request that makes no sense
 * is its fault. */
static uint32_t serve(const struct model_request *request)
{
    const struct virtio_blk_header *header = (const void *)request->pieces[0].bytes;
    const struct model_piece *last = &request->pieces[request->count - 1];
    uint64_t at = header->sector * BLOCK_SECTOR;
    uint32_t written = 1;
    uint8_t status = VIRTIO_BLK_S_OK;

    assert(request->count >= 2 && request->pieces[0].length == 16 && !request->pieces[0].writes);
    assert(last->length == 1 && last->writes && header->reserved == 0 && header->type < 16);
    served[header->type]++;
    for (unsigned i = 1; i + 1 < request->count; i++) {
        const struct model_piece *piece = &request->pieces[i];

        assert(piece->writes == (header->type == VIRTIO_BLK_T_IN || header->type == VIRTIO_BLK_T_GET_ID));
        written += piece->writes ? piece->length : 0;
        if (header->type == VIRTIO_BLK_T_GET_ID) {
            assert(piece->length == 20);
            memcpy(piece->bytes, serial, 20);
            continue;
        }
        if (header->type == VIRTIO_BLK_T_DISCARD || header->type == VIRTIO_BLK_T_WRITE_ZEROES) {
            const struct virtio_blk_range *range = (const void *)piece->bytes;

            assert(piece->length == sizeof *range && range->sector + range->sectors <= SECTORS);
            memset(content + range->sector * BLOCK_SECTOR, header->type == VIRTIO_BLK_T_DISCARD ? 0xdd : 0,
                   range->sectors * BLOCK_SECTOR);
            continue;
        }
        assert(at + piece->length <= sizeof content);
        if (piece->writes)
            memcpy(piece->bytes, content + at, piece->length);
        else
            memcpy(content + at, piece->bytes, piece->length);
        at += piece->length;
    }
    if (status_instead != -2)
        status = (uint8_t)status_instead;
    if (status_instead != -1)
        *last->bytes = (char)status;
    return written > (uint32_t)short_by ? written - (uint32_t)short_by : 0;
}

static void serve_all(void)
{
    struct model_request request;

    while (model.areas.size && model_take(&request))
        model_done(&request, serve(&request));
}

/* The driver looks at the status while it waits: then the device works. */
static uint8_t status_and_serve(const struct virtio_device *asked)
{
    if (!silent && model.status & 4)
        serve_all();
    return model_status(asked);
}

static int remember(struct virtio_device *own)
{
    device = own;
    return 0;
}

static const struct virtio_operations operations = {
    .status = status_and_serve,
    .set_status = model_set_status,
    .features = model_features,
    .set_features = model_set_features,
    .queue_size = model_queue_size,
    .queue_start = model_queue_start,
    .interrupt = remember,
};

static void find(uint32_t type, virtio_found *found)
{
    const struct virtio_device description = {
        .operations = &operations,
        .configuration = configuration,
        .configuration_size = sizeof configuration,
        .wide_notification = true,
    };

    assert(type == 2);
    found(&description);
}

static const struct virtio_transport transport = {.name = "model", .find = find};
extern const struct virtio_transport *const virtio_transports[];
extern const size_t virtio_transports_count;
const struct virtio_transport *const virtio_transports[] = {&transport};
const size_t virtio_transports_count = 1;

/* A device with these features and `configuration`, found by the driver; NULL: it did not like it. */
static struct block_device *begin(uint64_t offered, uint32_t places)
{
    struct block_device *const *devices = virtio_blk_block_device.devices, *last = NULL, *now = NULL;

    for (struct block_device *disk = *devices; disk; disk = disk->next)
        last = disk;
    model = (struct model){
        .offered = offered | VIRTIO_F_VERSION_1, .most = places, .next_wrap = true, .used_wrap = true};
    assert(virtio_blk_init() == 0);
    for (struct block_device *disk = *devices; disk; disk = disk->next)
        now = disk;
    return now == last ? NULL : now;
}

/* The device interrupts. */
static void attend(bool queues, bool changed)
{
    device->attention(device, queues, changed);
}
