/*
 * Using disks. Callers hold the guard (kernel_guard.h) where there is one; only threads call what waits,
 * never handlers and timers. Results are 0 or a negated errno: -EIO, -ENOSPC as the disk says; -EROFS: the
 * disk is read-only; -EINVAL: beyond the disk's end, or not a multiple of its block; -EOPNOTSUPP; -ENOMEM.
 *
 * block_submit() hands a request over without waiting. It is checked and must keep to the disk's limits
 * (block_device.h); any error comes by its `result` and done(), which may be called before block_submit()
 * returns.
 *
 * block_read() and block_write() transfer `bytes` from `sector` on, however many, and wait. `buffer` may lie
 * anywhere; where its address is its physical address nothing is copied. After an error what was transferred
 * is not known.
 *
 * block_flush() waits until all is on the medium that was written by requests which are done. block_discard()
 * gives sectors up; what they hold is not known any more. block_write_zeroes() makes them zeroes, by writing
 * them where the disk cannot do it by itself; with `unmap` they may lose their room.
 */
#pragma once

#include <block_device.h>

void block_submit(struct block_device *device, struct block_request *request);

int block_read(struct block_device *device, uint64_t sector, void *buffer, size_t bytes);
int block_write(struct block_device *device, uint64_t sector, const void *buffer, size_t bytes);
int block_flush(struct block_device *device);
int block_discard(struct block_device *device, uint64_t sector, uint64_t sectors);
int block_write_zeroes(struct block_device *device, uint64_t sector, uint64_t sectors, bool unmap);

/*
 * For whoever has segments of their own: block_start() submits a request, whose done() and token it sets, and
 * block_finish() waits for it and returns its result. Several may be under way between the two. block_wait()
 * does both.
 */
void block_start(struct block_device *device, struct block_request *request);
int block_finish(struct block_request *request);

static inline int block_wait(struct block_device *device, struct block_request *request)
{
    block_start(device, request);
    return block_finish(request);
}

/* The disk of that name: "vda", "/dev/vda" or "serial=NAME"; NULL: there is none. */
struct block_device *block_device_find(const char *name);

/* The disks one after the other, all drivers'; NULL begins, and ends. */
struct block_device *block_device_after(const struct block_device *previous);

/*
 * A file system claims the disk that it mounts, so that no second one mounts it, too. `holder` is any address
 * of its own. -EBUSY: somebody has it. Who only reads and writes sectors needs no claim.
 */
int block_device_claim(struct block_device *device, const void *holder);
void block_device_release(struct block_device *device);
