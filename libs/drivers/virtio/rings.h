/* The two kinds of rings: what queue.c asks of them. Where only split ones are compiled, they are the
 * functions of virtio.h themselves. */
#pragma once

#include <config.h>
#include <virtio.h>

/* A descriptor; the same size in both kinds. */
#define VIRTIO_DESCRIPTOR_SIZE 16u
#define VIRTIO_AREA_ALIGNMENT 4u

/* 2.7.5, 2.8.1 */
#define VIRTIO_DESCRIPTOR_NEXT 1u
#define VIRTIO_DESCRIPTOR_WRITE 2u
#define VIRTIO_DESCRIPTOR_INDIRECT 4u

#ifdef CONFIG_VIRTIO_PACKED
void virtio_split_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes);
void virtio_split_submit(struct virtio_queue *queue, void *token);
bool virtio_split_wanted(struct virtio_queue *queue);
void *virtio_split_take(struct virtio_queue *queue, uint32_t *written);
bool virtio_split_listen(struct virtio_queue *queue, uint16_t after);
void virtio_split_ignore(struct virtio_queue *queue);

void virtio_packed_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes);
void virtio_packed_submit(struct virtio_queue *queue, void *token);
bool virtio_packed_wanted(struct virtio_queue *queue);
void *virtio_packed_take(struct virtio_queue *queue, uint32_t *written);
bool virtio_packed_listen(struct virtio_queue *queue, uint16_t after);
void virtio_packed_ignore(struct virtio_queue *queue);
#else
#define virtio_split_add virtio_queue_add
#define virtio_split_submit virtio_queue_submit
#define virtio_split_take virtio_queue_take
#define virtio_split_listen virtio_queue_listen
#define virtio_split_ignore virtio_queue_ignore
bool virtio_split_wanted(struct virtio_queue *queue);
#endif

/* The tables of indirect descriptors, one a slot; NULL: none. */
static inline void *virtio_tables(const struct virtio_queue *queue)
{
#ifdef CONFIG_VIRTIO_INDIRECT
    return queue->tables;
#else
    (void)queue;
    return NULL;
#endif
}

/* Takes a slot from the list of free ones, and puts one back. */
static inline uint16_t virtio_slot_take(struct virtio_queue *queue)
{
    uint16_t slot = queue->free;

    queue->free = queue->slots[slot].next;
    return slot;
}

static inline void virtio_slot_free(struct virtio_queue *queue, uint16_t slot)
{
    queue->slots[slot].next = queue->free;
    queue->free = slot;
}

/* The request that the device says it is done with; NULL, and the device is broken, if there is none such. */
struct virtio_queue_slot *virtio_slot_of(struct virtio_queue *queue, uint32_t id, uint32_t written);

/* Whether one who wants to know of `event` must be told, when the index went from `old` to `new` (2.7.7.2).
 */
static inline bool virtio_event_passed(uint16_t event, uint16_t new, uint16_t old)
{
    return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}
