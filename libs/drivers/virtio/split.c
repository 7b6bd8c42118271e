/* Split rings: virtio 1.2, section 2.7. The device reads `descriptors` and the driver area, and writes the
 * device area; nothing that it could have written is relied on but what is checked here. */
#include "rings.h"

#include <device_barrier.h>

#define AVAILABLE_NO_INTERRUPT 1u /* 2.7.6 */
#define USED_NO_NOTIFY 1u         /* 2.7.8 */

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

struct available {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[]; /* and behind it used_event */
};

struct used {
    uint16_t flags;
    uint16_t index;
    struct {
        uint32_t id;
        uint32_t length;
    } ring[]; /* and behind it avail_event */
};

static volatile struct available *available_of(struct virtio_queue *queue)
{
    return queue->driver_area;
}

static const volatile struct used *used_of(struct virtio_queue *queue)
{
    return queue->device_area;
}

static bool has_events(struct virtio_queue *queue)
{
    return queue->device->accepted & VIRTIO_F_EVENT_IDX;
}

static volatile uint16_t *used_event(struct virtio_queue *queue)
{
    return &available_of(queue)->ring[queue->size];
}

/* Behind the used ring: when the device wants to be notified. */
static uint16_t notify_event(struct virtio_queue *queue)
{
    const volatile char *area = queue->device_area;

    return *(const volatile uint16_t *)(area + offsetof(struct used, ring) +
                                        sizeof used_of(queue)->ring[0] * queue->size);
}

static uint16_t used_index(struct virtio_queue *queue)
{
    return __atomic_load_n(&used_of(queue)->index, __ATOMIC_ACQUIRE);
}

/* Where the next piece goes: into the table of the first one's slot, or into a slot of its own. */
static struct descriptor *next_piece(struct virtio_queue *queue, uint16_t *place)
{
    if (queue->pieces == 0 || !virtio_tables(queue)) {
        *place = virtio_slot_take(queue);
        queue->free_count--;
        if (queue->pieces == 0)
            queue->first = *place;
    }
    if (!virtio_tables(queue))
        return queue->descriptors;
    *place = queue->pieces;
    return (struct descriptor *)virtio_tables(queue) + (size_t)queue->first * queue->table_size;
}

void virtio_split_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    uint16_t place = 0;
    struct descriptor *descriptors = next_piece(queue, &place);

    if (queue->pieces == 0) {
        queue->room = 0;
    } else {
        descriptors[queue->last].flags = queue->last_flags | VIRTIO_DESCRIPTOR_NEXT;
        descriptors[queue->last].next = place;
        if (!virtio_tables(queue))
            queue->slots[queue->last].next = place;
    }
    queue->last = place;
    queue->last_flags = device_writes ? VIRTIO_DESCRIPTOR_WRITE : 0;
    descriptors[place] = (struct descriptor){(uintptr_t)bytes, length, queue->last_flags, 0};
    queue->room += device_writes ? length : 0;
    queue->pieces++;
}

void virtio_split_submit(struct virtio_queue *queue, void *token)
{
    volatile struct available *available = available_of(queue);
    struct virtio_queue_slot *slot = &queue->slots[queue->first];

    slot->token = token;
    slot->room = queue->room;
    slot->count = virtio_tables(queue) ? 1 : queue->pieces;
    if (virtio_tables(queue)) {
        struct descriptor *table =
            (struct descriptor *)virtio_tables(queue) + (size_t)queue->first * queue->table_size;

        ((struct descriptor *)queue->descriptors)[queue->first] =
            queue->pieces == 1 ? table[0]
                               : (struct descriptor){(uintptr_t)table, queue->pieces * VIRTIO_DESCRIPTOR_SIZE,
                                                     VIRTIO_DESCRIPTOR_INDIRECT, 0};
    }
    queue->pieces = 0;
    queue->requests++;
    available->ring[queue->submitted & (queue->size - 1)] = queue->first;
    queue->submitted++;
    __atomic_store_n(&available->index, queue->submitted, __ATOMIC_RELEASE);
}

/* Whether the device wants to be notified. 2.7.10: it is asked after the index is visible. */
bool virtio_split_wanted(struct virtio_queue *queue)
{
    uint16_t old = queue->notified;

    device_barrier();
    queue->notified = queue->submitted;
    if (has_events(queue))
        return virtio_event_passed(notify_event(queue), queue->submitted, old);
    return !(used_of(queue)->flags & USED_NO_NOTIFY) && queue->submitted != old;
}

void *virtio_split_take(struct virtio_queue *queue, uint32_t *written)
{
    uint16_t ready = (uint16_t)(used_index(queue) - queue->taken), id;
    struct virtio_queue_slot *slot;
    uint32_t length;
    void *token;

    if (ready == 0 || queue->device->broken)
        return NULL;
    if (ready > queue->requests) {
        virtio_break(queue->device, "it is done with more than it was given");
        return NULL;
    }
    length = used_of(queue)->ring[queue->taken & (queue->size - 1)].length;
    slot = virtio_slot_of(queue, used_of(queue)->ring[queue->taken & (queue->size - 1)].id, length);
    if (!slot)
        return NULL;
    queue->taken++;
    queue->requests--;
    *written = slot->room ? length : 0;
    token = slot->token;
    slot->token = NULL;
    id = (uint16_t)(slot - queue->slots);
    for (uint16_t left = slot->count; left > 0; left--) {
        uint16_t next = queue->slots[id].next;

        virtio_slot_free(queue, id);
        queue->free_count++;
        id = next;
    }
    return token;
}

bool virtio_split_listen(struct virtio_queue *queue, uint16_t after)
{
    if (has_events(queue))
        *used_event(queue) = (uint16_t)(queue->taken + after - 1);
    else
        available_of(queue)->flags = 0;
    device_barrier();
    return (uint16_t)(used_index(queue) - queue->taken) < after;
}

/* An event that has passed does not come again before the index has gone all the way round. */
void virtio_split_ignore(struct virtio_queue *queue)
{
    if (has_events(queue))
        *used_event(queue) = (uint16_t)(queue->taken - 1);
    else
        available_of(queue)->flags = AVAILABLE_NO_INTERRUPT;
}
