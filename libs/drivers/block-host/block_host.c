/*
 * The host does each request while the process waits in its call: files mostly lie in the host's memory, and
 * there is nothing that a process could do meanwhile.
 */
#include "parameter.h"

#include <args.h>
#include <block_driver.h>
#include <errno.h>
#include <heap.h>
#include <host_calls.h>
#include <host_linux.h>
#include <log.h>

#define DISKS 26u
#define SEGMENTS 32u
#define LARGEST (UINT32_C(16) << 20) /* bytes of a request */
#define PAGE 4096u

/* Errors that Linux's include/uapi/asm-generic/errno.h has and no application of ours sees */
#define HOST_EDQUOT 122

struct block_host {
    struct block_device block; /* first */
    struct block_line line;
    int descriptor;
};

static struct block_device *devices;

/* The host cannot reach memory that the process gets only when it touches it (a mapped file): then this is
 * the time. */
static void touch(const struct block_request *request)
{
    for (unsigned i = 0; i < request->segment_count; i++) {
        uintptr_t at = (uintptr_t)request->segments[i].address, end = at + request->segments[i].length;

        for (; at < end; at = (at | (PAGE - 1)) + 1) {
            volatile char *place = (volatile char *)at;
            char byte = *place;

            if (request->operation == BLOCK_READ)
                *place = byte;
        }
    }
}

static long call(const struct block_host *disk, const struct block_request *request,
                 const struct host_iovec *parts, unsigned count, uint64_t offset)
{
    long number = request->operation == BLOCK_READ ? HOST_CALL_PREADV : HOST_CALL_PWRITEV;

    return host_call(number, disk->descriptor, (long)parts, count, (long)offset, 0, 0);
}

/* All of it, or an error: the host may do less than it is asked for, and end at the end of the file. */
static long transfer(const struct block_host *disk, const struct block_request *request)
{
    struct host_iovec all[SEGMENTS], *parts = all;
    unsigned count = request->segment_count;
    uint64_t offset = request->sector * BLOCK_SECTOR;
    bool touched = false;

    for (unsigned i = 0; i < count; i++)
        parts[i] = (struct host_iovec){request->segments[i].address, request->segments[i].length};
    while (count > 0) {
        long done = call(disk, request, parts, count, offset);

        if (done == -EINTR)
            continue;
        if (done == -EFAULT && !touched) {
            touch(request);
            touched = true;
            continue;
        }
        if (done <= 0)
            return done < 0 ? done : -EIO;
        offset += (uint64_t)done;
        while (count > 0 && (unsigned long)done >= parts->length) {
            done -= (long)parts->length;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->base = (const char *)parts->base + done;
            parts->length -= (unsigned long)done;
        }
    }
    return 0;
}

static long give_up(const struct block_host *disk, const struct block_request *request)
{
    bool hole = request->operation == BLOCK_DISCARD || request->unmap;
    long mode = FALLOC_FL_KEEP_SIZE | (hole ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE), error;

    do
        error = host_call(HOST_CALL_FALLOCATE, disk->descriptor, mode, (long)(request->sector * BLOCK_SECTOR),
                          (long)(request->sectors * BLOCK_SECTOR), 0, 0);
    while (error == -EINTR);
    return error;
}

static long flush(const struct block_host *disk)
{
    long error;

    do
        error = host_call(HOST_CALL_FDATASYNC, disk->descriptor, 0, 0, 0, 0, 0);
    while (error == -EINTR);
    return error;
}

static int perform(struct block_device *device, const struct block_request *request)
{
    const struct block_host *disk = (const struct block_host *)device;
    long error;

    switch (request->operation) {
    case BLOCK_FLUSH:
        error = flush(disk);
        break;
    case BLOCK_DISCARD:
    case BLOCK_WRITE_ZEROES:
        error = give_up(disk, request);
        if (error == -EOPNOTSUPP) /* by the host's file system: a property, and no fault */
            return -EOPNOTSUPP;
        break;
    default:
        error = transfer(disk, request);
    }
    if (error == 0)
        return 0;
    log_write(LOG_ERROR, "%s: request %d of %lu sectors from %lu on failed, error %ld of the host",
              device->name, request->operation, (unsigned long)request->sectors,
              (unsigned long)request->sector, -error);
    return error == -ENOSPC || error == -HOST_EDQUOT ? -ENOSPC : -EIO;
}

static void submit(struct block_device *device, struct block_request *request)
{
    block_perform(device, &((struct block_host *)device)->line, request, perform);
}

static const struct block_device_operations operations = {.submit = submit};

/* -EINVAL, -ENOMEM, or an error of the host. */
static int start(unsigned number, const char *text, struct block_device ***link)
{
    struct block_host_parameter parameter;
    struct block_host *disk;
    long size;

    if (!block_host_parameter(text, &parameter))
        return -EINVAL;
    size = host_call(HOST_CALL_LSEEK, parameter.descriptor, 0, SEEK_END, 0, 0, 0);
    if (size < 0)
        return (int)size;
    disk = heap_alloc(sizeof *disk);
    if (!disk)
        return -ENOMEM;
    *disk = (struct block_host){
        .block =
            {
                .operations = &operations,
                .sectors = (uint64_t)size / BLOCK_SECTOR,
                .flags = BLOCK_DEVICE_CACHE | BLOCK_DEVICE_DISCARD | BLOCK_DEVICE_ZEROES | BLOCK_DEVICE_UNMAP,
                .block = BLOCK_SECTOR,
                .physical_block = PAGE,
                .max_segments = SEGMENTS,
                .max_segment = LARGEST,
                .max_sectors = LARGEST / BLOCK_SECTOR,
                .max_discard = UINT32_MAX,
                .discard_alignment = 1,
                .max_zeroes = UINT32_MAX,
            },
        .descriptor = parameter.descriptor,
    };
    if (parameter.read_only)
        disk->block.flags = BLOCK_DEVICE_READ_ONLY;
    block_name(&disk->block, "vd", number);
    for (unsigned i = 0; i < BLOCK_SERIAL_ROOM; i++)
        disk->block.serial[i] = parameter.name[i];
    **link = &disk->block;
    *link = &disk->block.next;
    return 0;
}

int block_host_init(void);

int block_host_init(void)
{
    struct block_device **link = &devices;
    const char *text = NULL;

    for (unsigned number = 0; number < DISKS && (text = args_parameter_next("disk", text)); number++) {
        int error = start(number, text, &link);

        if (error)
            log_write(LOG_ERROR, "block-host: disk=%s cannot be used, error %d", text, -error);
    }
    return 0;
}

const struct block_driver block_host_block_device = {.name = "block-host", .devices = &devices};
