#include "virtio_balloon.h"

#include <clock.h>
#include <errno.h>
#include <log.h>
#include <pages_lending.h>

#define TYPE_BALLOON 5 /* 5.5.1 */

/* 5.5.2; behind the first two come those that are offered, without gaps, as devices and drivers have always
 * had it. */
#define QUEUE_INFLATE 0
#define QUEUE_DEFLATE 1
#define QUEUE_FURTHER 2

#define MOMENT UINT64_C(1000000) /* nanoseconds */
#define WHILE UINT64_C(250000000)

struct virtio_balloon virtio_balloon;

static void listen(void)
{
    bool waiting;

    do {
        virtio_balloon_take();
        virtio_balloon_reported();
        virtio_balloon_adjust();
        waiting = virtio_queue_listen(&virtio_balloon.inflate, 1) &&
                  virtio_queue_listen(&virtio_balloon.deflate, 1) &&
                  (!virtio_balloon.reports || virtio_queue_listen(&virtio_balloon.report, 1));
    } while (!waiting && !virtio_balloon.device.broken);
    if (virtio_balloon.device.broken)
        virtio_balloon_end();
}

static void attention(struct virtio_device *device, bool queues, bool configuration)
{
    (void)queues;
    if (!virtio_balloon.ready)
        return;
    if (configuration) {
        uint32_t target = virtio_configuration32(device, VIRTIO_BALLOON_NUM_PAGES);

        if (virtio_needs_reset(device))
            virtio_break(device, "it says that it cannot go on");
        if (target != virtio_balloon.target)
            virtio_balloon.short_of_memory = false;
        virtio_balloon.target = target;
    }
    listen();
}

/* Soon while something is under way, else now and then. */
static void look_again(void)
{
    bool busy = virtio_balloon.going || virtio_balloon.coming || virtio_balloon.block_count;

    ktimer_start(&virtio_balloon.timer, clock_monotonic() + (busy ? MOMENT : WHILE));
}

static void expired(struct ktimer *timer)
{
    (void)timer;
    if (virtio_balloon.polled)
        attention(&virtio_balloon.device, true, true);
    virtio_balloon_adjust();
    virtio_balloon_report();
    if (virtio_balloon.polled)
        look_again();
}

static int start(void)
{
    const uint64_t wanted =
        VIRTIO_BALLOON_F_MUST_TELL_HOST | VIRTIO_BALLOON_F_DEFLATE_ON_OOM | VIRTIO_BALLOON_F_PAGE_REPORTING;
    struct virtio_device *device = &virtio_balloon.device;
    uint64_t offered = device->operations->features(device);
    uint16_t further = QUEUE_FURTHER;
    int error = virtio_begin(device, wanted, 0, attention);

    if (error == -ENXIO) { /* QEMU's on PCI up to version 8 */
        virtio_balloon.polled = true;
        error = 0;
    }
    if (!error)
        error = virtio_queue_create(device, &virtio_balloon.inflate, QUEUE_INFLATE, 2, 0);
    if (!error)
        error = virtio_queue_create(device, &virtio_balloon.deflate, QUEUE_DEFLATE, 2, 0);
    virtio_balloon.reports = device->accepted & VIRTIO_BALLOON_F_PAGE_REPORTING;
    virtio_balloon.deflates = device->accepted & VIRTIO_BALLOON_F_DEFLATE_ON_OOM;
    if (!error && virtio_balloon.reports) {
        further += (offered & VIRTIO_BALLOON_F_STATS_VQ) != 0;
        further += (offered & VIRTIO_BALLOON_F_FREE_PAGE_HINT) != 0;
        error = virtio_queue_create(device, &virtio_balloon.report, further, VIRTIO_BALLOON_BLOCKS, 0);
    }
    return error ? error : virtio_ready(device);
}

static void found(const struct virtio_device *device)
{
    int error;

    if (virtio_balloon.ready)
        return;
    virtio_balloon.device = *device;
    error = start();
    if (error) {
        log_write(LOG_ERROR, "virtio-balloon: the device does not start, error %d", -error);
        virtio_break(&virtio_balloon.device, "its driver cannot use it");
        return;
    }
    virtio_balloon.ready = true;
    virtio_balloon.timer.expired = expired;
    pages_lending_on_shortage(virtio_balloon_more);
    attention(&virtio_balloon.device, false, true);
    virtio_balloon_report();
    if (virtio_balloon.polled)
        look_again();
}

int virtio_balloon_init(void);

int virtio_balloon_init(void)
{
    virtio_find(TYPE_BALLOON, found);
    return 0;
}
