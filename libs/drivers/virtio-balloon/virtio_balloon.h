/*
 * The parts of this driver, and what virtio 1.2, section 5.5 says about the device.
 *
 * One request is under way at a time. It goes on in the handler of its end, but for a shortage of pages: then
 * the driver waits for the device, which works beside the processor.
 */
#pragma once

#include <ktimer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <virtio.h>

/* 5.5.3 */
#define VIRTIO_BALLOON_F_MUST_TELL_HOST (UINT64_C(1) << 0)
#define VIRTIO_BALLOON_F_STATS_VQ (UINT64_C(1) << 1)
#define VIRTIO_BALLOON_F_DEFLATE_ON_OOM (UINT64_C(1) << 2)
#define VIRTIO_BALLOON_F_FREE_PAGE_HINT (UINT64_C(1) << 3)
#define VIRTIO_BALLOON_F_PAGE_REPORTING (UINT64_C(1) << 5)

/* 5.5.4: struct virtio_balloon_config; num_pages is what the host wants, actual what it has */
#define VIRTIO_BALLOON_NUM_PAGES 0
#define VIRTIO_BALLOON_ACTUAL 4

/* Pages that the host has, as it is told of them: numbers of 4 KiB. They hold nothing; their numbers stand in
 * pages of their own. */
#define VIRTIO_BALLOON_BUNDLE 1020u
struct virtio_balloon_bundle {
    struct virtio_balloon_bundle *next; /* older */
    uint32_t count;
    uint32_t numbers[VIRTIO_BALLOON_BUNDLE];
};
_Static_assert(sizeof(struct virtio_balloon_bundle) <= 4096, "a bundle is a page");

#define VIRTIO_BALLOON_BLOCKS 16u

struct virtio_balloon {
    struct virtio_device device;
    struct virtio_queue inflate, deflate, report;
    bool ready, reports;
    bool polled;   /* it cannot interrupt: the timer looks at it */
    bool deflates; /* on a shortage */

    uint32_t target, actual;               /* pages */
    struct virtio_balloon_bundle *bundles; /* the newest first */
    struct virtio_balloon_bundle *going;   /* to the host; not among them yet */
    uint32_t coming;                       /* so many of the last numbers of the newest bundle come back */
    bool short_of_memory;                  /* the host gets no more before it asks anew */

    struct {
        void *start;
        size_t pages;
    } blocks[VIRTIO_BALLOON_BLOCKS]; /* that the host is being told of */
    unsigned block_count;
    struct ktimer timer;
    uint64_t due; /* clock_monotonic(): there is nothing to report before */
};

extern struct virtio_balloon virtio_balloon;

/* inflate.c: begins what brings `actual` nearer to `target`, if nothing is under way; ends what is done. */
void virtio_balloon_adjust(void);
void virtio_balloon_take(void);
bool virtio_balloon_more(size_t count); /* pages_lending_on_shortage() */
void virtio_balloon_end(void);          /* the device is broken: its pages are the image's again */

/* report.c: looks again for what can be given, and at what can be reported, after a while; the next blocks,
 * if there are any; what is done. */
void virtio_balloon_later(void);
void virtio_balloon_report(void);
void virtio_balloon_reported(void);
