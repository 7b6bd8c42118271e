/* Packed rings: virtio 1.2, section 2.8. One ring that both sides write; what was given is kept in the slots,
 * and only that is believed. A slot's number is the identifier of its request. */
#include "rings.h"

#include <device_barrier.h>

/* 2.8.1 */
#define AVAILABLE_BIT 7
#define USED_BIT 15
#define AVAILABLE (1u << AVAILABLE_BIT)
#define USED (1u << USED_BIT)

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t id;
    uint16_t flags;
};

/* 2.8.14: what one side wants to be told. */
struct suppression {
    uint16_t place; /* and in the highest bit the wrap counter */
    uint16_t flags;
};

#define TELL_ALWAYS 0
#define TELL_NEVER 1
#define TELL_AT_PLACE 2
#define PLACE_MASK 0x7fffu
#define PLACE_WRAP_BIT 15

static uint16_t available_flags(const struct virtio_queue *queue)
{
    return queue->submitted_wrap ? AVAILABLE : USED;
}

static void step(uint16_t *place, bool *wrap, uint16_t count, uint16_t size)
{
    *place = (uint16_t)(*place + count);
    if (*place >= size) {
        *place = (uint16_t)(*place - size);
        *wrap = !*wrap;
    }
}

/*
 * The flags of the first piece are written last, which makes the whole request available at once. With a
 * table the pieces go there, and submit() makes the one in the ring; the flags for that are those of where
 * the ring stands now.
 */
void virtio_packed_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    struct descriptor *ring = queue->descriptors, *descriptor;
    uint16_t flags = device_writes ? VIRTIO_DESCRIPTOR_WRITE : 0;

    if (queue->pieces == 0) {
        queue->first = virtio_slot_take(queue);
        queue->place = queue->submitted;
        queue->room = 0;
    }
    if (virtio_tables(queue)) {
        descriptor = (struct descriptor *)virtio_tables(queue) + (size_t)queue->first * queue->table_size +
                     queue->pieces;
    } else {
        if (queue->pieces == 1)
            queue->first_flags |= VIRTIO_DESCRIPTOR_NEXT;
        else if (queue->pieces > 1)
            ring[queue->last].flags = queue->last_flags | VIRTIO_DESCRIPTOR_NEXT;
        flags |= available_flags(queue);
        descriptor = &ring[queue->submitted];
        queue->last = queue->submitted;
        queue->last_flags = flags;
    }
    descriptor->address = (uintptr_t)bytes;
    descriptor->length = length;
    descriptor->id = queue->first;
    if (queue->pieces == 0)
        queue->first_flags = flags;
    if (queue->pieces > 0 || virtio_tables(queue))
        descriptor->flags = flags;
    if (!virtio_tables(queue))
        step(&queue->submitted, &queue->submitted_wrap, 1, queue->size);
    queue->room += device_writes ? length : 0;
    queue->pieces++;
}

void virtio_packed_submit(struct virtio_queue *queue, void *token)
{
    struct descriptor *ring = queue->descriptors;
    struct virtio_queue_slot *slot = &queue->slots[queue->first];

    slot->token = token;
    slot->room = queue->room;
    slot->count = queue->pieces;
    if (virtio_tables(queue)) {
        ring[queue->place].address =
            (uintptr_t)((struct descriptor *)virtio_tables(queue) + (size_t)queue->first * queue->table_size);
        ring[queue->place].length = queue->pieces * VIRTIO_DESCRIPTOR_SIZE;
        ring[queue->place].id = queue->first;
        queue->first_flags = VIRTIO_DESCRIPTOR_INDIRECT | available_flags(queue);
        slot->count = 1;
        step(&queue->submitted, &queue->submitted_wrap, 1, queue->size);
    }
    queue->pieces = 0;
    queue->requests++;
    queue->free_count = (uint16_t)(queue->free_count - slot->count);
    queue->since = (uint16_t)(queue->since + slot->count);
    __atomic_store_n(&ring[queue->place].flags, queue->first_flags, __ATOMIC_RELEASE);
}

bool virtio_packed_wanted(struct virtio_queue *queue)
{
    const volatile struct suppression *device = queue->device_area;
    uint16_t since = queue->since, flags, place;

    device_barrier();
    queue->since = 0;
    flags = device->flags;
    if (flags != TELL_AT_PLACE)
        return flags == TELL_ALWAYS && since > 0;
    place = device->place;
    if (place >> PLACE_WRAP_BIT != queue->submitted_wrap)
        place = (uint16_t)((place & PLACE_MASK) - queue->size);
    else
        place &= PLACE_MASK;
    return virtio_event_passed(place, queue->submitted, (uint16_t)(queue->submitted - since));
}

/* Whether what stands at the place, in the round of `wrap`, is done. */
static bool is_used(const struct virtio_queue *queue, uint16_t place, bool wrap)
{
    const struct descriptor *ring = queue->descriptors;
    uint16_t flags = __atomic_load_n(&ring[place].flags, __ATOMIC_ACQUIRE);

    return (flags >> AVAILABLE_BIT & 1) == wrap && (flags >> USED_BIT & 1) == wrap;
}

void *virtio_packed_take(struct virtio_queue *queue, uint32_t *written)
{
    volatile const struct descriptor *ring = queue->descriptors;
    struct virtio_queue_slot *slot;
    uint32_t length;
    void *token;

    if (queue->requests == 0 || queue->device->broken || !is_used(queue, queue->taken, queue->taken_wrap))
        return NULL;
    length = ring[queue->taken].length;
    slot = virtio_slot_of(queue, ring[queue->taken].id, length);
    if (!slot)
        return NULL;
    *written = slot->room ? length : 0;
    token = slot->token;
    slot->token = NULL;
    queue->requests--;
    queue->free_count = (uint16_t)(queue->free_count + slot->count);
    step(&queue->taken, &queue->taken_wrap, slot->count, queue->size);
    virtio_slot_free(queue, (uint16_t)(slot - queue->slots));
    return token;
}

/* Requests may take several places each: the event is that of the next ones, one place each. */
bool virtio_packed_listen(struct virtio_queue *queue, uint16_t after)
{
    volatile struct suppression *driver = queue->driver_area;
    uint16_t place = queue->taken;
    bool wrap = queue->taken_wrap;

    if (queue->device->accepted & VIRTIO_F_EVENT_IDX) {
        step(&place, &wrap, (uint16_t)(after - 1), queue->size);
        driver->place = (uint16_t)(place | wrap << PLACE_WRAP_BIT);
        driver->flags = TELL_AT_PLACE;
    } else {
        driver->flags = TELL_ALWAYS;
    }
    device_barrier();
    return !is_used(queue, place, wrap);
}

void virtio_packed_ignore(struct virtio_queue *queue)
{
    volatile struct suppression *driver = queue->driver_area;

    driver->flags = TELL_NEVER;
}
