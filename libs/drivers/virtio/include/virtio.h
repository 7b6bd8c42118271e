/*
 * Virtio devices (virtio 1.2), for their drivers.
 *
 * A driver finds its devices by virtio_find(), copies the description into memory that stays, and goes
 * through virtio_begin(), virtio_queue_create() for each queue, and virtio_ready(). Everything that the
 * device says is checked: one that breaks the rules is reset and marked broken, with a line in the log, and
 * its queues are never used again by it; the driver takes what it gave to them back by
 * virtio_queue_recover().
 *
 * virtio_begin() resets the device and agrees on features: all of `required` and, of `wanted`, what it
 * offers; and the core's own. -EOPNOTSUPP: it lacks a required one, or does not like what it was told.
 * `attention` is called when the device wants something (virtio_transport.h). virtio_ready() lets it work.
 * Both return 0 or a negated errno; after an error the device is given up: virtio_break() tells it so. After
 * -ENXIO of virtio_begin() it may go on: the device cannot interrupt, and the driver looks at it now and
 * then.
 *
 * virtio_configuration8() and the others read fields of the device's configuration; what lies beyond its end
 * is 0. A value is not torn, but several may belong to different moments.
 *
 * virtio_break() resets the device for good. `why` goes into the log. virtio_needs_reset() is whether the
 * device itself says that it cannot go on, which it does by an attention to its configuration.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <virtio_transport.h>

/* Section 6 */
#define VIRTIO_F_INDIRECT_DESC (UINT64_C(1) << 28)
#define VIRTIO_F_EVENT_IDX (UINT64_C(1) << 29)
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)
#define VIRTIO_F_RING_PACKED (UINT64_C(1) << 34)

void virtio_find(uint32_t type, virtio_found *found);
int virtio_begin(struct virtio_device *device, uint64_t wanted, uint64_t required,
                 virtio_attention *attention);
int virtio_ready(struct virtio_device *device);
void virtio_break(struct virtio_device *device, const char *why);
bool virtio_needs_reset(const struct virtio_device *device);

uint8_t virtio_configuration8(const struct virtio_device *device, uint32_t offset);
uint16_t virtio_configuration16(const struct virtio_device *device, uint32_t offset);
uint32_t virtio_configuration32(const struct virtio_device *device, uint32_t offset);
uint64_t virtio_configuration64(const struct virtio_device *device, uint32_t offset);

/*
 * Queues. A driver adds the pieces of a request in order, those that the device reads before those that it
 * writes, and submits them with a token, which is not NULL and comes back when the device is done. All memory
 * is reached by physical address, which is the pointer, and belongs to the device until then.
 *
 * virtio_queue_create() makes the queue `index` with at most `size` places (1 to 32768), fewer if the device
 * has fewer or it is no power of two. `table` is how many pieces of one request can share one place (indirect
 * descriptors); 0: none. -ENODEV, -ENOMEM.
 *
 * virtio_queue_room() is how many pieces can be added now. virtio_queue_notify() tells the device about all
 * that has been submitted, unless it has said that it looks by itself.
 *
 * virtio_queue_take() returns the token of a request that the device is done with, and how many bytes it
 * wrote, at most what the request had room for; NULL: there is none, or the device is broken.
 *
 * virtio_queue_listen() asks for an interrupt when the device is done with the next `after` requests (from
 * 1); false: it is already, and there may be no interrupt. virtio_queue_ignore() asks for none; one may still
 * come.
 *
 * virtio_queue_recover() returns the tokens that a broken device holds, one a call; NULL: no more.
 */
struct virtio_queue_slot {
    void *token;    /* at the first piece of a request; NULL: free */
    uint32_t room;  /* bytes that the device may write */
    uint16_t next;  /* the next piece of the same request, or the next free slot */
    uint16_t count; /* pieces in the ring */
};

struct virtio_queue {
    struct virtio_device *device;
    volatile void *doorbell;
    struct virtio_queue_slot *slots;
    void *descriptors;
    volatile void *driver_area;
    const volatile void *device_area;
    void *tables; /* indirect descriptors; NULL: none */
    uint16_t table_size;

    uint16_t index;
    uint16_t size;
    uint16_t free; /* the first slot of the list */
    uint16_t free_count;
    uint16_t requests; /* that the device has */

    /* The request that is being made. */
    uint16_t first;
    uint16_t last;
    uint16_t last_flags;
    uint16_t pieces;
    uint32_t room;

    uint16_t submitted; /* split: the driver's index; packed: the place in the ring */
    uint16_t notified;  /* what `submitted` was at the last notification */
    uint16_t taken;     /* split: how far the used ring is read; packed: the place in the ring */
    bool packed;
    bool submitted_wrap;
    bool taken_wrap;
    uint16_t first_flags; /* packed: of the first piece, written last */
    uint16_t place;       /* packed: of the first piece */
    uint16_t since;       /* packed: places submitted since the last notification */
};

int virtio_queue_create(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                        uint16_t size, uint16_t table);
unsigned virtio_queue_room(const struct virtio_queue *queue);
void virtio_queue_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes);
void virtio_queue_submit(struct virtio_queue *queue, void *token);
void virtio_queue_notify(struct virtio_queue *queue);
void *virtio_queue_take(struct virtio_queue *queue, uint32_t *written);
bool virtio_queue_listen(struct virtio_queue *queue, uint16_t after);
void virtio_queue_ignore(struct virtio_queue *queue);
void *virtio_queue_recover(struct virtio_queue *queue);
