/*
 * The one device. Its queues: pages to be filled by it, packets for it, and what it wants to say.
 *
 * Which packets are free is known by lists of numbers that the device cannot see. Small ones share a page;
 * those with data are runs of pages.
 */
#pragma once

#include <virtio.h>
#include <vsock_device.h>

#include <config.h>

#define VIRTIO_VSOCK_SMALL 64u
#define VIRTIO_VSOCK_LARGE_SIZE ((size_t)16384)

struct virtio_vsock_event { /* 5.10.6.7 */
    uint32_t id;
} __attribute__((packed));

struct virtio_vsock {
    struct virtio_device virtio;
    struct virtio_queue receive, transmit, events;
    const struct vsock_client *client;
    struct virtio_vsock_event *event; /* in the page of the small packets, behind them */
    bool ready;
    uint32_t cid;
    unsigned missing; /* pages that there was no memory for */
    bool stopped;     /* somebody waits for a packet to be free */

    unsigned char *small;
    unsigned char *large[CONFIG_VIRTIO_VSOCK_SEND_BUFFERS];
    uint8_t small_free[VIRTIO_VSOCK_SMALL], large_free[CONFIG_VIRTIO_VSOCK_SEND_BUFFERS];
    unsigned small_free_count, large_free_count;
    unsigned taken; /* by the client, and not yet sent */
};

extern struct virtio_vsock virtio_vsock;

/* transmit.c: memory for packets, as much as there is a good deal of; -ENOMEM. */
int virtio_vsock_transmit_begin(void);
void virtio_vsock_reclaim(void);
/* virtio_vsock.c: the device has broken, and everybody is told. */
void virtio_vsock_check(void);
