#include <block_io.h>
#include <config.h>
#include <errno.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_LIB_PAGE_TABLES
#include <page_tables.h>
#endif

#define SEGMENTS 8u /* of a request: more is worth it for large segments only, and few are small */
#define STAGE ((size_t)16 * PAGE_SIZE)

/* Whether a device reaches the bytes by their address, as long as nobody waits for it to be so: what the
 * application has mapped may be gone before the device is done. */
static bool reachable(const void *buffer)
{
#ifdef CONFIG_LIB_PAGE_TABLES
    return (uintptr_t)buffer < PAGE_TABLES_START;
#else
    (void)buffer;
    return true;
#endif
}

/* At most `bytes`, as much as one request can take; how much, or an error. */
static long transfer_once(struct block_device *device, enum block_operation operation, uint64_t sector,
                          char *buffer, size_t bytes)
{
    struct block_segment segments[SEGMENTS];
    struct block_request request = {.operation = (uint8_t)operation, .segments = segments, .sector = sector};
    size_t most = (size_t)device->max_sectors * BLOCK_SECTOR, total = 0;
    unsigned limit = device->max_segments < SEGMENTS ? device->max_segments : SEGMENTS;
    uint32_t segment = device->max_segment & ~(device->block - 1);
    int error;

    if (bytes > most)
        bytes = most & ~(size_t)(device->block - 1);
    while (total < bytes && request.segment_count < limit) {
        uint32_t length = bytes - total < segment ? (uint32_t)(bytes - total) : segment;

        segments[request.segment_count++] = (struct block_segment){buffer + total, length};
        total += length;
    }
    request.sectors = total / BLOCK_SECTOR;
    error = block_wait(device, &request);
    return error ? error : (long)total;
}

/* By memory that the device reaches. */
static long transfer_staged(struct block_device *device, enum block_operation operation, uint64_t sector,
                            char *buffer, size_t bytes)
{
    size_t size = bytes < STAGE ? (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1) : STAGE;
    char *stage = pages_alloc(size / PAGE_SIZE);
    long done;

    if (!stage) {
        size = PAGE_SIZE;
        stage = pages_alloc(1);
    }
    if (!stage)
        return -ENOMEM;
    if (bytes > size)
        bytes = size;
    if (operation == BLOCK_WRITE)
        memcpy(stage, buffer, bytes);
    done = transfer_once(device, operation, sector, stage, bytes);
    if (operation == BLOCK_READ && done > 0)
        memcpy(buffer, stage, (size_t)done);
    pages_free(stage, size / PAGE_SIZE);
    return done;
}

static int transfer(struct block_device *device, enum block_operation operation, uint64_t sector,
                    void *buffer, size_t bytes)
{
    char *at = buffer;

    if (bytes % device->block)
        return -EINVAL;
    while (bytes > 0) {
        long done = (reachable(at) ? transfer_once : transfer_staged)(device, operation, sector, at, bytes);

        if (done < 0)
            return (int)done;
        at += done;
        bytes -= (size_t)done;
        sector += (uint64_t)done / BLOCK_SECTOR;
    }
    return 0;
}

int block_read(struct block_device *device, uint64_t sector, void *buffer, size_t bytes)
{
    return transfer(device, BLOCK_READ, sector, buffer, bytes);
}

int block_write(struct block_device *device, uint64_t sector, const void *buffer, size_t bytes)
{
    return transfer(device, BLOCK_WRITE, sector, (void *)(uintptr_t)buffer, bytes);
}

int block_flush(struct block_device *device)
{
    struct block_request request = {.operation = BLOCK_FLUSH};

    return block_wait(device, &request);
}

/* Requests without data, each of at most `most` sectors. */
static int each(struct block_device *device, enum block_operation operation, uint64_t sector,
                uint64_t sectors, uint64_t most, bool unmap)
{
    most &= ~(uint64_t)(device->block / BLOCK_SECTOR - 1);
    while (sectors > 0) {
        struct block_request request = {
            .operation = (uint8_t)operation,
            .unmap = unmap,
            .sector = sector,
            .sectors = most == 0 || sectors < most ? sectors : most,
        };
        uint64_t count = request.sectors;
        int error = block_wait(device, &request);

        if (error)
            return error;
        sector += count;
        sectors -= count;
    }
    return 0;
}

int block_discard(struct block_device *device, uint64_t sector, uint64_t sectors)
{
    return each(device, BLOCK_DISCARD, sector, sectors, device->max_discard, false);
}

static int write_zeroes(struct block_device *device, uint64_t sector, uint64_t sectors)
{
    char *zeroes = pages_alloc(STAGE / PAGE_SIZE);
    size_t size = zeroes ? STAGE : PAGE_SIZE;
    int error = 0;

    if (!zeroes)
        zeroes = pages_alloc(1);
    if (!zeroes)
        return -ENOMEM;
    memset(zeroes, 0, size);
    while (sectors > 0 && !error) {
        uint64_t count = sectors < size / BLOCK_SECTOR ? sectors : size / BLOCK_SECTOR;

        error = block_write(device, sector, zeroes, (size_t)count * BLOCK_SECTOR);
        sector += count;
        sectors -= count;
    }
    pages_free(zeroes, size / PAGE_SIZE);
    return error;
}

int block_write_zeroes(struct block_device *device, uint64_t sector, uint64_t sectors, bool unmap)
{
    int error = -EOPNOTSUPP;

    if (device->flags & BLOCK_DEVICE_ZEROES)
        error = each(device, BLOCK_WRITE_ZEROES, sector, sectors, device->max_zeroes, unmap);
    /* Some disks find out only then that they cannot do it: a file of a file system that cannot. */
    return error == -EOPNOTSUPP ? write_zeroes(device, sector, sectors) : error;
}
