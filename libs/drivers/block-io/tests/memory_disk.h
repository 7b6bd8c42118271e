/*
 * A disk for host tests: 64 KiB of memory and a table of drivers with it alone. A test that has it lists
 * block_io's sources (`// sources: ../../../drivers/block-io/submit.c ...`) and pages_alloc(). It does
 * requests at once, or, with `slow`, when somebody waits; counts them; and fails those that the test wants to
 * fail.
 */
#pragma once

#include <assert.h>
#include <block_device.h>
#include <block_driver.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wait_queue.h>

#ifndef MEMORY_DISK_SECTORS
#define MEMORY_DISK_SECTORS 128
#endif

static unsigned char memory_disk_content[MEMORY_DISK_SECTORS * BLOCK_SECTOR];
static unsigned memory_disk_count[BLOCK_WRITE_ZEROES + 1]; /* requests of each operation */
static int memory_disk_fail_after = -1; /* so many requests are done, all further ones fail; -1: none fails */
static bool memory_disk_slow;
static struct block_queue memory_disk_waiting;

static int memory_disk_do(struct block_request *request)
{
    unsigned char *at = memory_disk_content + request->sector * BLOCK_SECTOR;

    if (memory_disk_fail_after == 0)
        return -EIO;
    if (memory_disk_fail_after > 0)
        memory_disk_fail_after--;
    memory_disk_count[request->operation]++;
    assert(request->operation == BLOCK_FLUSH || request->sector + request->sectors <= MEMORY_DISK_SECTORS);
    if (request->operation == BLOCK_WRITE_ZEROES || request->operation == BLOCK_DISCARD)
        memset(at, request->operation == BLOCK_DISCARD ? 0xdd : 0, request->sectors * BLOCK_SECTOR);
    for (unsigned i = 0; i < request->segment_count && request->operation <= BLOCK_WRITE; i++) {
        const struct block_segment *segment = &request->segments[i];

        if (request->operation == BLOCK_READ)
            memcpy(segment->address, at, segment->length);
        else
            memcpy(at, segment->address, segment->length);
        at += segment->length;
    }
    return 0;
}

static void memory_disk_submit(struct block_device *device, struct block_request *request)
{
    if (memory_disk_slow)
        block_queue_add(&memory_disk_waiting, request);
    else
        block_done(device, request, memory_disk_do(request));
}

static const struct block_device_operations memory_disk_operations = {.submit = memory_disk_submit};

static struct block_device memory_disk = {
    .operations = &memory_disk_operations,
    .name = "vda",
    .serial = "first",
    .sectors = MEMORY_DISK_SECTORS,
    .flags = BLOCK_DEVICE_CACHE | BLOCK_DEVICE_DISCARD | BLOCK_DEVICE_ZEROES,
    .block = BLOCK_SECTOR,
    .physical_block = BLOCK_SECTOR,
    .max_segments = 4,
    .max_segment = 8192,
    .max_sectors = 48,
    .max_discard = 32,
    .discard_alignment = 1,
    .max_zeroes = 32,
};

static struct block_device *const memory_disks = &memory_disk;
static const struct block_driver memory_disk_driver = {.name = "memory", .devices = &memory_disks};
const struct block_driver *const block_drivers[] = {&memory_disk_driver};
const size_t block_drivers_count = 1;

/* While somebody waits, the disk does one request. */
int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    struct block_request *request = block_queue_take(&memory_disk_waiting);

    (void)queue;
    assert(deadline == WAIT_FOR_EVER && !interruptible && request);
    block_done(&memory_disk, request, memory_disk_do(request));
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}
