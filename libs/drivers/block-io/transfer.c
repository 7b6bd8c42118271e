#include <block_io.h>
#include <config.h>
#include <errno.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_LIB_PAGE_TABLES
#include <page_tables.h>
#endif

/* Of a request. Where memory is in one piece, few will do; behind page tables each page may be one. */
#ifdef CONFIG_LIB_PAGE_TABLES
#define SEGMENTS 32u
#else
#define SEGMENTS 8u
#endif
#define STAGE ((size_t)16 * PAGE_SIZE)

/* Whether a device reaches the bytes by their address. */
static bool reachable(const void *buffer)
{
#ifdef CONFIG_LIB_PAGE_TABLES
    return (uintptr_t)buffer < PAGE_TABLES_START;
#else
    (void)buffer;
    return true;
#endif
}

/* Puts memory behind the last segment, as much of it as one can have; returns how much, 0: there is no room.
 */
static uint32_t add(const struct block_device *device, struct block_request *request,
                    struct block_segment *segments, void *memory, size_t bytes)
{
    unsigned limit = device->max_segments < SEGMENTS ? device->max_segments : SEGMENTS;
    uint32_t most = device->max_segment & ~(device->block - 1);
    struct block_segment *last = request->segment_count != 0 ? &segments[request->segment_count - 1] : NULL;

    if (last != NULL && (char *)last->address + last->length == memory && last->length < most) {
        most -= last->length;
        bytes = bytes < most ? bytes : most;
        last->length += (uint32_t)bytes;
    } else if (request->segment_count < limit) {
        bytes = bytes < most ? bytes : most;
        segments[request->segment_count++] = (struct block_segment){memory, (uint32_t)bytes};
    } else {
        return 0;
    }
    return (uint32_t)bytes;
}

/*
 * Where the byte at `at` stands, and how many behind it with it, of what the application has mapped: only
 * where there is one thread, so that nothing can be unmapped until the device is done. NULL: nowhere that the
 * device would reach.
 */
#if defined(CONFIG_LIB_PAGE_TABLES) && !defined(CONFIG_LIB_KTHREAD)
static void *place_of(char *at, bool changes, size_t *bytes)
{
    uintptr_t page = (uintptr_t)at;
    struct page_entry *entry;
    struct page_mapping mapping;

    /* It is fetched now, if it was not there, and knows that it will be changed. */
    if (changes)
        __atomic_fetch_or(at, 0, __ATOMIC_RELAXED);
    else
        (void)*(volatile char *)at;
    entry = page_tables_next(&page, (uintptr_t)at + 1);
    if (entry == NULL)
        return NULL;
    mapping = page_tables_get(entry);
    *bytes = page + (mapping.how & PAGE_TABLES_IS_LARGE ? PAGE_TABLES_LARGE : PAGE_SIZE) - (uintptr_t)at;
    return (char *)mapping.page + ((uintptr_t)at - page);
}
#else
static void *place_of(const char *at, bool changes, size_t *bytes)
{
    (void)at, (void)changes, (void)bytes;
    return NULL;
}
#endif

/* The segments of at most `bytes`, as much as one request can take; returns how much: whole blocks. */
static size_t gather(const struct block_device *device, struct block_request *request,
                     struct block_segment *segments, char *buffer, size_t bytes)
{
    size_t total = 0, excess;

    while (total < bytes) {
        size_t n = bytes - total, there = n;
        void *memory = reachable(buffer + total)
                           ? buffer + total
                           : place_of(buffer + total, request->operation == BLOCK_READ, &there);
        uint32_t added = memory != NULL ? add(device, request, segments, memory, there < n ? there : n) : 0;

        if (added == 0)
            break;
        total += added;
    }
    for (excess = total % device->block; excess != 0;) {
        struct block_segment *last = &segments[request->segment_count - 1];
        uint32_t cut = last->length < excess ? last->length : (uint32_t)excess;

        last->length -= cut;
        request->segment_count -= last->length == 0;
        excess -= cut;
        total -= cut;
    }
    return total;
}

/* At most `bytes`, as much as one request can take; how much, or an error. 0: the device does not reach it.
 */
static long transfer_once(struct block_device *device, enum block_operation operation, uint64_t sector,
                          char *buffer, size_t bytes)
{
    struct block_segment segments[SEGMENTS];
    struct block_request request = {.operation = (uint8_t)operation, .segments = segments, .sector = sector};
    size_t most = (size_t)device->max_sectors * BLOCK_SECTOR;
    int error;

    if (bytes > most)
        bytes = most & ~(size_t)(device->block - 1);
    bytes = gather(device, &request, segments, buffer, bytes);
    if (bytes == 0)
        return 0;
    request.sectors = bytes / BLOCK_SECTOR;
    error = block_wait(device, &request);
    return error ? error : (long)bytes;
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
        long done = transfer_once(device, operation, sector, at, bytes);

        if (done == 0)
            done = transfer_staged(device, operation, sector, at, bytes);
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
