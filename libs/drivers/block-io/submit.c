#include <block_io.h>
#include <errno.h>
#include <wait_queue.h>

static int check_segments(const struct block_device *device, const struct block_request *request)
{
    uint64_t bytes = 0;

    if (request->segment_count == 0 || request->segment_count > device->max_segments ||
        request->sectors > device->max_sectors)
        return -EINVAL;
    for (unsigned i = 0; i < request->segment_count; i++) {
        if (request->segments[i].length == 0 || request->segments[i].length > device->max_segment)
            return -EINVAL;
        bytes += request->segments[i].length;
    }
    return bytes == request->sectors * BLOCK_SECTOR ? 0 : -EINVAL;
}

static int check(const struct block_device *device, const struct block_request *request)
{
    uint64_t first = request->sector, count = request->sectors;

    if (request->operation == BLOCK_FLUSH)
        return 0;
    if (request->operation > BLOCK_WRITE_ZEROES)
        return -EINVAL;
    if (request->operation != BLOCK_READ && device->flags & BLOCK_DEVICE_READ_ONLY)
        return -EROFS;
    if (count == 0 || first > device->sectors || count > device->sectors - first ||
        (first | count) & (device->block / BLOCK_SECTOR - 1))
        return -EINVAL;
    switch (request->operation) {
    case BLOCK_DISCARD:
        if (!(device->flags & BLOCK_DEVICE_DISCARD))
            return -EOPNOTSUPP;
        return count <= device->max_discard ? 0 : -EINVAL;
    case BLOCK_WRITE_ZEROES:
        if (!(device->flags & BLOCK_DEVICE_ZEROES))
            return -EOPNOTSUPP;
        return count <= device->max_zeroes ? 0 : -EINVAL;
    default:
        return check_segments(device, request);
    }
}

void block_submit(struct block_device *device, struct block_request *request)
{
    int error = check(device, request);

    if (!error && !(request->operation == BLOCK_FLUSH && !(device->flags & BLOCK_DEVICE_CACHE))) {
        device->operations->submit(device, request);
        return;
    }
    request->force = false;
    request->result = error;
    request->done(request);
}

/* Those who wait for different requests rarely meet in one queue; who is woken looks whether it was meant. */
#define QUEUES 16u

static struct wait_queue queues[QUEUES];

static struct wait_queue *queue_of(const struct block_request *request)
{
    return &queues[(uintptr_t)request / sizeof *request % QUEUES];
}

static void done(struct block_request *request)
{
    request->token = NULL;
    wait_wake(queue_of(request), WAIT_ALL);
}

void block_start(struct block_device *device, struct block_request *request)
{
    request->done = done;
    request->token = request; /* until it is done */
    block_submit(device, request);
}

int block_finish(struct block_request *request)
{
    while (request->token)
        wait_until(queue_of(request), WAIT_FOR_EVER, false);
    return request->result;
}
