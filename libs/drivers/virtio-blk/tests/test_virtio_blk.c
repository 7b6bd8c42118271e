// sources: ../../virtio/virtio.c ../../virtio/queue.c ../../virtio/split.c
// cflags: -DCONFIG_VIRTIO_INDIRECT=1
#define FAKE_PAGES 4096
#include "../../../memory/pages/tests/fake_pages.h"
#include "model_disk.h"

#define ALL                                                                                                  \
    (VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |             \
     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES |    \
     VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC)

static void configure(void)
{
    memset(configuration, 0, sizeof configuration);
    set64(0, SECTORS);
    set32(8, 8192); /* size_max */
    set32(12, 4);   /* seg_max */
    set32(20, 512); /* blk_size */
    configuration[24] = 3;
    set32(28, 64); /* opt_io_size */
    configuration[32] = 1;
    set32(36, 100);
    set32(40, 1);
    set32(44, 8);
    set32(48, 50);
    set32(52, 1);
    configuration[56] = 1;
    silent = false;
    status_instead = -2;
    short_by = 0;
    memset(served, 0, sizeof served);
}

static struct block_device *plain(uint64_t features, uint32_t places)
{
    configure();
    return begin(features, places);
}

static void limits(void)
{
    struct block_device *disk = plain(ALL, 16);

    assert(disk && strcmp(disk->name, "vda") == 0 && strcmp(disk->serial, "number") == 0);
    assert(disk->sectors == SECTORS && disk->block == 512 && disk->physical_block == 4096);
    assert(disk->optimal == 32768 && disk->max_segments == 4 && disk->max_segment == 8192);
    assert(disk->max_discard == 100 && disk->discard_alignment == 8 && disk->max_zeroes == 50);
    assert(disk->flags ==
           (BLOCK_DEVICE_CACHE | BLOCK_DEVICE_DISCARD | BLOCK_DEVICE_ZEROES | BLOCK_DEVICE_UNMAP));

    memcpy(serial, "12345678901234567890x", 21);
    disk = plain(VIRTIO_BLK_F_RO | VIRTIO_BLK_F_FLUSH, 16);
    assert(disk && strcmp(disk->serial, "12345678901234567890") == 0 && disk->name[2] == 'b');
    assert(disk->flags == (BLOCK_DEVICE_READ_ONLY | BLOCK_DEVICE_CACHE));
    assert(disk->max_segments == 14 && disk->max_segment >= 65536 && disk->block == 512);
    strcpy(serial, "\xff\x01");

    configure();
    configuration[32] = 0; /* writes through */
    set32(36, 0);          /* discards nothing */
    set32(52, 0);          /* zeroes no range */
    configuration[24] = 200;
    set32(28, UINT32_MAX);
    set32(12, 0);
    set64(0, UINT64_MAX);
    disk = begin(ALL, 16);
    assert(disk && disk->flags == 0 && disk->physical_block == 512 && disk->optimal == 0);
    assert(disk->max_segments == 1 && disk->sectors == UINT64_C(1) << 54 && disk->serial[0] == '\0');

    configure();
    set32(20, 4096);
    set64(0, 127);
    set32(36, 4); /* less than a block at once */
    disk = begin(ALL, 16);
    assert(disk && disk->block == 4096 && disk->sectors == 120 && !(disk->flags & BLOCK_DEVICE_DISCARD));

    static const uint32_t blocks[] = {0, 256, 1000, 8192, 1u << 31};
    for (unsigned i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        configure();
        set32(20, blocks[i]);
        assert(!begin(ALL, 16));
    }
    configure();
    set32(8, 4095);
    assert(!begin(ALL, 16));
    assert(!plain(0, 2)); /* places that hold no request */
    assert(!plain(0, 0)); /* no queue */
    configure();
    silent = true;
    assert(!begin(ALL, 16) && model.status & 128);
    configure();
    configuration[34] = 2; /* says that there are two queues: one is used */
    assert(begin(ALL | VIRTIO_BLK_F_MQ, 16));
}

static unsigned done_count;
static int last_result;

static void done(struct block_request *request)
{
    assert(request->result <= 0);
    request->token = NULL;
    last_result = request->result;
    done_count++;
}

static unsigned char buffer[SECTORS * BLOCK_SECTOR];

#define REQUESTS 64
static struct block_request requests[REQUESTS];
static struct block_segment segments[REQUESTS][2];

static void give(struct block_device *disk, unsigned number, enum block_operation operation, uint64_t sector)
{
    struct block_request *request = &requests[number];
    bool data = operation == BLOCK_READ || operation == BLOCK_WRITE;

    segments[number][0] = (struct block_segment){buffer + sector * 512, 100};
    segments[number][1] = (struct block_segment){buffer + sector * 512 + 100, 412};
    *request = (struct block_request){
        .operation = (uint8_t)operation,
        .segments = data ? segments[number] : NULL,
        .segment_count = data ? 2 : 0,
        .sector = sector,
        .sectors = operation == BLOCK_FLUSH ? 0 : 1,
        .done = done,
        .token = request,
    };
    disk->operations->submit(disk, request);
}

static int alone(struct block_device *disk, enum block_operation operation, uint64_t sector)
{
    unsigned before = done_count;

    give(disk, 0, operation, sector);
    assert(done_count == before);
    serve_all();
    attend(true, false);
    assert(done_count == before + 1);
    return last_result;
}

static void exchange(uint64_t features, uint32_t places)
{
    struct block_device *disk = plain(features, places);

    assert(disk);
    memset(content, 0x11, sizeof content);
    memset(buffer, 0x22, sizeof buffer);
    assert(alone(disk, BLOCK_READ, 3) == 0);
    assert(buffer[3 * 512] == 0x11 && buffer[4 * 512 - 1] == 0x11 && buffer[4 * 512] == 0x22);
    memset(buffer, 0x33, sizeof buffer);
    assert(alone(disk, BLOCK_WRITE, 5) == 0);
    assert(content[5 * 512] == 0x33 && content[6 * 512 - 1] == 0x33 && content[6 * 512] == 0x11);
    assert(alone(disk, BLOCK_FLUSH, 0) == 0 && served[VIRTIO_BLK_T_FLUSH] == 1);
    assert(alone(disk, BLOCK_DISCARD, 5) == 0 && content[5 * 512] == 0xdd);
    assert(alone(disk, BLOCK_WRITE_ZEROES, 5) == 0 && content[5 * 512] == 0);

    /* More than there is room for, all under way together. */
    done_count = 0;
    for (unsigned i = 0; i < REQUESTS; i++) {
        memset(buffer + i * 512, (int)i, 512);
        give(disk, i, BLOCK_WRITE, i);
    }
    for (unsigned rounds = 0; done_count < REQUESTS; rounds++) {
        assert(rounds <= REQUESTS);
        serve_all();
        if (rounds % 2)
            attend(true, false);
        else
            disk->operations->poll(disk);
    }
    assert(done_count == REQUESTS && memcmp(content, buffer, REQUESTS * 512) == 0);
}

static void refusals(void)
{
    struct block_device *disk = plain(ALL, 16);

    status_instead = VIRTIO_BLK_S_IOERR;
    assert(alone(disk, BLOCK_WRITE, 1) == -EIO && alone(disk, BLOCK_FLUSH, 0) == -EIO);
    status_instead = VIRTIO_BLK_S_UNSUPP;
    assert(alone(disk, BLOCK_DISCARD, 1) == -EOPNOTSUPP);
    status_instead = 77; /* there is no such thing */
    assert(alone(disk, BLOCK_READ, 1) == -EIO);
    status_instead = -1;
    assert(alone(disk, BLOCK_READ, 1) == -EIO);
    status_instead = -2;
    short_by = 2; /* it says itself that not all has come */
    assert(alone(disk, BLOCK_READ, 1) == -EIO && alone(disk, BLOCK_WRITE, 1) == 0);
    short_by = 0;
    assert(alone(disk, BLOCK_READ, 1) == 0);
}

static unsigned resizes;

static void resized(struct block_device *disk)
{
    (void)disk;
    resizes++;
}

static void changes(void)
{
    struct block_device *disk = plain(ALL, 16);

    disk->resized = resized;
    attend(false, true);
    assert(resizes == 0);
    set64(0, 200);
    attend(false, true);
    assert(resizes == 1 && disk->sectors == 200);
    set64(0, 0);
    attend(false, true);
    assert(resizes == 2 && disk->sectors == 0);
}

/* Whatever a device does that breaks the rules: everything comes back, at once and later. */
static void lie(void (*tell)(void))
{
    struct block_device *disk = plain(ALL, 4);

    done_count = 0;
    for (unsigned i = 0; i < 10; i++)
        give(disk, i, i % 2 ? BLOCK_READ : BLOCK_WRITE, i);
    assert(done_count == 0);
    silent = true;
    tell();
    assert(done_count == 10 && last_result == -EIO && model.status & 128);
    for (unsigned i = 0; i < 10; i++)
        assert(requests[i].token == NULL && requests[i].result == -EIO);
    give(disk, 0, BLOCK_READ, 0);
    assert(done_count == 11 && last_result == -EIO);
    attend(true, true);
    disk->operations->poll(disk);
    assert(done_count == 11);
}

static void foreign_identifier(void)
{
    model_use(1000, 1, 1);
    attend(true, false);
}

static void too_much_written(void)
{
    struct model_request request;

    assert(model_take(&request));
    model_done(&request, 1u << 20);
    attend(true, false);
}

static void too_many_done(void)
{
    model_store16((const char *)model.areas.device + 2, 1000);
    attend(true, false);
}

static void needs_reset(void)
{
    model.status |= 64;
    attend(false, true);
}

/* Everything can run out, and nothing happens but that there is no disk. */
static void shortage(void)
{
    for (long calls = 0; calls < 2; calls++) {
        fake_pages_fail_in = calls;
        assert(!plain(ALL, 16));
        fake_pages_fail_in = -1;
    }
}

int main(void)
{
    limits();
    exchange(ALL, 16);
    exchange(ALL & ~VIRTIO_F_INDIRECT_DESC, 16);
    exchange(ALL & ~VIRTIO_F_EVENT_IDX, 2);
    refusals();
    changes();
    lie(foreign_identifier);
    lie(too_much_written);
    lie(too_many_done);
    lie(needs_reset);
    shortage();
    end_all();
    return 0;
}
