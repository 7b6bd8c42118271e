/*
 * How virtio devices are found and reached: what virtio 1.2, chapter 4 leaves to each bus.
 *
 * Each provider defines one `const struct virtio_transport`; the selected ones are listed in the generated
 * table. The library `virtio` is their only caller. find() calls `found` for every modern device of a type,
 * with a description that is valid during the call and may be copied: a copy is as good. `found` returns
 * whether it took the device.
 *
 * Registers hold what the device says, which is untrusted: whoever calls these checks it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct virtio_device;

typedef void virtio_found(const struct virtio_device *device);

/* The device wants something: `queues` have been used, its `configuration` has changed. In the kernel, never
 * in its middle (interrupts.h). */
typedef void virtio_attention(struct virtio_device *device, bool queues, bool configuration);

/* Where the parts of a queue lie, as 2.7 and 2.8 call them. */
struct virtio_areas {
    uint16_t size;
    const void *descriptors;
    const void *driver;
    const void *device;
};

struct virtio_operations {
    uint8_t (*status)(const struct virtio_device *);
    void (*set_status)(const struct virtio_device *, uint8_t status);
    uint64_t (*features)(const struct virtio_device *);
    void (*set_features)(const struct virtio_device *, uint64_t features);

    /* The largest size of a queue; 0: there is no such queue, or it is in use. */
    uint32_t (*queue_size)(const struct virtio_device *, uint16_t index);

    /* Hands a queue to the device, and returns where to write its index for a notification; NULL: the device
     * gives no valid place, or does not accept the queue. */
    volatile void *(*queue_start)(const struct virtio_device *, uint16_t index, const struct virtio_areas *);

    /* Makes device->attention be called from now on. Once, before any queue is started. 0 or a negated errno;
     * -ENXIO: the device cannot interrupt, and works for a driver that looks at it by itself. */
    int (*interrupt)(struct virtio_device *);
};

struct virtio_device {
    const struct virtio_operations *operations;
    volatile unsigned char *registers;
    volatile unsigned char *configuration; /* of this type of device */
    uint32_t configuration_size;           /* bytes */
    bool wide_notification;                /* notifications are written as 32 bits, not 16 */

    /* The transport's. */
    volatile unsigned char *notifications;
    uint32_t notifications_size;
    uint32_t notifications_step;
    volatile uint32_t *vectors;
    uint16_t vector_count;
    uint16_t place;
    uint8_t vector_capability;
    uint32_t line;

    /* The core's (virtio.h). */
    virtio_attention *attention;
    uint64_t accepted; /* features */
    bool broken;
};

struct virtio_transport {
    const char *name;
    void (*find)(uint32_t type, virtio_found *found);
};

extern const struct virtio_transport *const virtio_transports[];
extern const size_t virtio_transports_count;
