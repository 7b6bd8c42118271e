/* 5.5.6.7: free pages that the host may take, and that come again when they are touched */
#include "virtio_balloon.h"

#include <clock.h>
#include <config.h>
#include <pages.h>
#include <pages_lending.h>

#define SECOND UINT64_C(1000000000)
#define LARGEST ((uint32_t)1 << 30) /* bytes of a piece; no block is larger */

static struct virtio_balloon *const balloon = &virtio_balloon;

void virtio_balloon_later(void)
{
    balloon->due = clock_monotonic() + CONFIG_VIRTIO_BALLOON_REPORT_SECONDS * SECOND;
    ktimer_start(&balloon->timer, balloon->due);
}

/* Blocks that the host learns of are in use until it has answered, so there are not many at once: at most
 * half of what is free. */
void virtio_balloon_report(void)
{
    size_t left = pages_available() / 2;

    if (balloon->device.broken || !balloon->reports || balloon->block_count ||
        clock_monotonic() < balloon->due)
        return;
    while (balloon->block_count < VIRTIO_BALLOON_BLOCKS && virtio_queue_room(&balloon->report) > 0) {
        void *start;
        size_t pages = pages_lending_take(&start);

        if (pages == 0)
            break;
        balloon->blocks[balloon->block_count].start = start;
        balloon->blocks[balloon->block_count++].pages = pages;
        virtio_queue_add(&balloon->report, start, (uint32_t)(pages * PAGE_SIZE), true);
        if (pages >= left)
            break;
        left -= pages;
    }
    if (balloon->block_count) {
        virtio_queue_submit(&balloon->report, balloon);
        virtio_queue_notify(&balloon->report);
    } else {
        virtio_balloon_later();
    }
}

/* Also when the device is broken: then it will not answer, and touches nothing any more. */
void virtio_balloon_reported(void)
{
    uint32_t written;

    if (balloon->block_count == 0 ||
        (!balloon->device.broken && !virtio_queue_take(&balloon->report, &written)))
        return;
    while (balloon->block_count > 0) {
        balloon->block_count--;
        pages_lending_give(balloon->blocks[balloon->block_count].start,
                           balloon->blocks[balloon->block_count].pages);
    }
    virtio_balloon_report();
}
