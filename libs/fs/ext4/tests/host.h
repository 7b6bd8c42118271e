/*
 * ext4 on the host: a disk in memory that remembers what was written since the last flush, and can fail; the
 * heap, the clock and the queues of waiting threads, of which there is only one.
 */
#pragma once

#include <assert.h>
#include <block_io.h>
#include <errno.h>
#include <fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wait_queue.h>

#define DISCARDED 0xdb /* what discarded bytes become */

struct block_device disk;
static unsigned char *disk_bytes;
static FILE *disk_record;          /* of writes and flushes, if wanted */
static long disk_fails_after = -1; /* requests; -1: never */
static unsigned long disk_requests, disk_reads, disk_written;
static long heap_fails_after = -1; /* allocations */
static bool host_quiet;

static bool fails(long *after)
{
    if (*after < 0)
        return false;
    if (*after == 0)
        return true;
    --*after;
    return false;
}

void *heap_realloc(void *block, size_t size)
{
    return fails(&heap_fails_after) ? NULL : realloc(block, size);
}

void *heap_alloc(size_t size)
{
    void *block = heap_realloc(NULL, size);

    if (block != NULL)
        memset(block, 0xa5, size);
    return block;
}

void heap_free(void *block)
{
    free(block);
}

static uint64_t host_time = 1700000000000000000;

uint64_t clock_realtime(void)
{
    return host_time += 1000003;
}

uint64_t clock_monotonic(void)
{
    return host_time;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    abort(); /* nobody would ever give the lock */
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

void log_write(int level, const char *text, ...)
{
    va_list list;

    if (host_quiet)
        return;
    va_start(list, text);
    fprintf(stderr, "<%d> ", level);
    vfprintf(stderr, text, list);
    fputc('\n', stderr);
    va_end(list);
}

struct block_device *block_device_find(const char *name)
{
    return strcmp(name, disk.name) == 0 ? &disk : NULL;
}

int block_device_claim(struct block_device *device, const void *holder)
{
    if (device->holder != NULL)
        return -EBUSY;
    device->holder = holder;
    return 0;
}

void block_device_release(struct block_device *device)
{
    device->holder = NULL;
}

static int check(uint64_t sector, size_t bytes)
{
    assert(bytes % disk.block == 0 && sector * BLOCK_SECTOR % disk.block == 0);
    assert(sector <= disk.sectors && bytes / BLOCK_SECTOR <= disk.sectors - sector);
    disk_requests++;
    return fails(&disk_fails_after) ? -EIO : 0;
}

int block_read(struct block_device *device, uint64_t sector, void *buffer, size_t bytes)
{
    int error = check(sector, bytes);

    (void)device;
    if (error == 0)
        memcpy(buffer, disk_bytes + sector * BLOCK_SECTOR, bytes);
    disk_reads++;
    return error;
}

/* The record: 'W', sector, bytes, content; 'F': a flush; 'M', number: a mark. */
static void store(uint64_t sector, const void *data, size_t bytes)
{
    memcpy(disk_bytes + sector * BLOCK_SECTOR, data, bytes);
    disk_written += bytes;
    if (disk_record != NULL) {
        uint64_t head[2] = {sector, bytes};
        fputc('W', disk_record);
        fwrite(head, sizeof(head), 1, disk_record);
        fwrite(data, bytes, 1, disk_record);
    }
}

int block_write(struct block_device *device, uint64_t sector, const void *buffer, size_t bytes)
{
    int error = check(sector, bytes);

    (void)device;
    if (error == 0)
        store(sector, buffer, bytes);
    return error;
}

int block_finish(struct block_request *request)
{
    return request->result;
}

void block_start(struct block_device *device, struct block_request *request)
{
    uint64_t sector = request->sector;
    int error = check(sector, request->sectors * BLOCK_SECTOR);

    assert(request->operation == BLOCK_WRITE && !request->force &&
           request->segment_count <= device->max_segments);
    assert(request->sectors <= device->max_sectors);
    for (int i = 0; i < request->segment_count && error == 0; i++) {
        store(sector, request->segments[i].address, request->segments[i].length);
        sector += request->segments[i].length / BLOCK_SECTOR;
    }
    assert(error != 0 || sector == request->sector + request->sectors);
    request->result = error;
}

int block_flush(struct block_device *device)
{
    (void)device;
    disk_requests++;
    if (fails(&disk_fails_after))
        return -EIO;
    if (disk_record != NULL)
        fputc('F', disk_record);
    return 0;
}

/* What is discarded holds anything: it is written to, and in the record like a write. */
int block_discard(struct block_device *device, uint64_t sector, uint64_t sectors)
{
    char anything[4096];
    int error = check(sector, sectors * BLOCK_SECTOR);

    if (!(device->flags & BLOCK_DEVICE_DISCARD))
        return -EOPNOTSUPP;
    memset(anything, DISCARDED, sizeof(anything));
    while (error == 0 && sectors != 0) {
        size_t n =
            sectors < sizeof(anything) / BLOCK_SECTOR ? (size_t)sectors : sizeof(anything) / BLOCK_SECTOR;

        store(sector, anything, n * BLOCK_SECTOR);
        sector += n;
        sectors -= n;
    }
    return error;
}

static void disk_open(size_t bytes)
{
    disk_bytes = malloc(bytes);
    assert(disk_bytes != NULL);
    strcpy(disk.name, "vda");
    disk.sectors = bytes / BLOCK_SECTOR;
    disk.block = 512;
    disk.max_segments = 20;
    disk.max_segment = 65536;
    disk.max_sectors = 256;
    disk.flags = BLOCK_DEVICE_CACHE | BLOCK_DEVICE_DISCARD;
    disk.holder = NULL;
}

extern const struct fs_type ext4_fs;
