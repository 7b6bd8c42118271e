/* A device that writes whatever it likes to all that it can reach, at any time, with steps of the driver
 * between. Whatever happens, each request ends once. */
// sources: ../../virtio/virtio.c ../../virtio/queue.c ../../virtio/split.c
// cflags: -DCONFIG_VIRTIO_INDIRECT=1 -DCONFIG_VIRTIO_BLK_REQUESTS=4 -DCONFIG_VIRTIO_BLK_SEGMENTS=2
// max-len: 512
#include "model_disk.h"

#define REQUESTS 8u

/* Memory that the device has been given is kept for as long as the input lasts. */
static void *pages[8];
static unsigned page_count;

void *pages_alloc(size_t count)
{
    assert(page_count < sizeof pages / sizeof pages[0]);
    return pages[page_count++] = memset(aligned_alloc(PAGE_SIZE, count * PAGE_SIZE), 0, count * PAGE_SIZE);
}

static struct block_request requests[REQUESTS];
static unsigned char bytes[REQUESTS][1024];
static struct block_segment segments[REQUESTS];

static void done(struct block_request *request)
{
    assert(request->token == request && request->result <= 0);
    request->token = NULL;
}

static void give(struct block_device *disk, unsigned number, unsigned what)
{
    struct block_request *request = &requests[number];
    unsigned operation = what % 5;
    bool data = operation == BLOCK_READ || operation == BLOCK_WRITE;

    segments[number] = (struct block_segment){bytes[number], sizeof bytes[number]};
    *request = (struct block_request){
        .operation = (uint8_t)operation,
        .force = operation == BLOCK_WRITE && what & 64,
        .segments = data ? &segments[number] : NULL,
        .segment_count = data,
        .sector = operation == BLOCK_FLUSH ? 0 : what % 100,
        .sectors = operation == BLOCK_FLUSH ? 0 : 2,
        .done = done,
        .token = request,
    };
    disk->operations->submit(disk, request);
}

static void step(struct block_device *disk, const uint8_t *data)
{
    unsigned char *area = (unsigned char *)(uintptr_t)model.areas.device;
    struct model_request taken;
    unsigned number;

    switch (data[0] % 8) {
    case 0:
    case 1:
        for (number = 0; number < REQUESTS && requests[number].token; number++) {
        }
        if (number < REQUESTS)
            give(disk, number, data[1]);
        break;
    case 2: /* is done with a request, as it says */
        if (model_take(&taken)) {
            *taken.pieces[taken.count - 1].bytes = (char)(data[2] % 4);
            model_done(&taken, data[1] % 64 == 63 ? data[2] : 1 + 1024 * (data[1] % 2));
        }
        break;
    case 3:
        area[data[1] % 4] = data[2];
        break;
    case 4: /* used entries, and the event behind them (2.7.8) */
        area[4 + data[1] % (model.areas.size * 8u + 2)] = data[2];
        break;
    case 5: /* what it has been lent for requests: headers, ranges, statuses */
        ((unsigned char *)pages[page_count - 1])[data[1]] = data[2];
        break;
    case 6:
        configuration[data[1] % 64] = data[2];
        if (data[0] & 64)
            model.status |= 64;
        attend(false, true);
        break;
    default:
        attend(true, false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct block_device *disk;

    if (size < 64)
        return 0;
    memcpy(configuration, data, sizeof configuration);
    status_instead = -2;
    silent = false;
    disk = begin((data[63] & 1 ? VIRTIO_F_EVENT_IDX : 0) | (data[63] & 2 ? VIRTIO_F_INDIRECT_DESC : 0) |
                     (data[63] & 4 ? VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_TOPOLOGY : 0) |
                     (data[63] & 8 ? VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX : 0) |
                     (data[63] & 16 ? VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_CONFIG_WCE : 0) |
                     (data[63] & 32 ? VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES : 0),
                 8);
    silent = true;
    if (disk) {
        assert(disk->block >= 512 && disk->block <= 4096 && disk->physical_block >= disk->block);
        assert(disk->max_segments >= 1 && disk->max_segment >= 4096);
        assert(disk->sectors <= UINT64_C(1) << 54 && disk->sectors % (disk->block / 512) == 0);
        for (size_t i = 64; i + 3 <= size; i += 3)
            step(disk, data + i);
        virtio_break(device, "the end");
        attend(true, true);
        for (unsigned i = 0; i < REQUESTS; i++)
            assert(!requests[i].token);
    }
    end_all();
    while (page_count > 0)
        free(pages[--page_count]);
    return 0;
}
