/*
 * A channel (share_channel.h) whose requests go through queues of a virtio device.
 *
 * Of each device that a driver finds virtio_share_found() makes a struct virtio_share, for good, and appends
 * it to the list of channels if `start` returns 0: that fills in the tag, and calls virtio_share_start() with
 * the numbers of the queues for ordinary and for urgent requests, which may be one. 0 or a negated errno;
 * after an error the device is given up, and a line of the log says so with the driver's `name`.
 */
#pragma once

#include <share_channel.h>
#include <virtio.h>

struct virtio_share_queue {
    struct virtio_queue queue;
    struct share_request *first; /* that wait for room; NULL: none */
    struct share_request *last;
};

struct virtio_share {
    struct share_channel channel; /* first */
    struct virtio_device virtio;
    struct virtio_share_queue ordinary;
    struct virtio_share_queue urgent;
    struct virtio_share_queue *for_urgent; /* `urgent`, or `ordinary` if there is one queue */
};

void virtio_share_found(const struct virtio_device *device, const char *name,
                        int (*start)(struct virtio_share *share), struct share_channel **channels);

int virtio_share_start(struct virtio_share *share, uint64_t wanted, uint16_t ordinary, uint16_t urgent);

/* Copies a tag of `length` bytes at `offset` of the device's configuration, which ends at a NUL or not.
 * False: it is empty or too long. */
bool virtio_share_tag(struct virtio_share *share, uint32_t offset, uint32_t length);
