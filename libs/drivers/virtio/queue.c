#include "rings.h"

#include <errno.h>
#include <pages.h>

/* Sizes of the areas, for `size` places: virtio 1.2, sections 2.7 and 2.8. The split ring's are the larger
 * ones. */
static size_t driver_size(size_t size)
{
    return (6 + 2 * size + VIRTIO_AREA_ALIGNMENT - 1) & ~(size_t)(VIRTIO_AREA_ALIGNMENT - 1);
}

static size_t device_size(size_t size)
{
    return (6 + 8 * size + 15) & ~(size_t)15;
}

/* One run of pages: descriptors, device area, slots, tables, driver area. */
static char *allocate(struct virtio_queue *queue)
{
    size_t size = queue->size;
    size_t device = size * VIRTIO_DESCRIPTOR_SIZE;
    size_t slots = device + device_size(size);
    size_t tables = slots + size * sizeof *queue->slots;
    size_t driver = tables + size * queue->table_size * VIRTIO_DESCRIPTOR_SIZE;
    size_t end = driver + driver_size(size);
    size_t pages = (end + PAGE_SIZE - 1) / PAGE_SIZE;
    char *memory = pages_alloc(pages);

    if (!memory)
        return NULL;
    for (size_t i = 0; i < pages * PAGE_SIZE / sizeof(uint64_t); i++)
        ((uint64_t *)(void *)memory)[i] = 0;
    queue->descriptors = memory;
    queue->device_area = memory + device;
    queue->slots = (struct virtio_queue_slot *)(void *)(memory + slots);
    queue->tables = queue->table_size ? memory + tables : NULL;
    queue->driver_area = memory + driver;
    return memory;
}

int virtio_queue_create(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                        uint16_t size, uint16_t table)
{
    uint32_t most = device->operations->queue_size(device, index);

    if (most == 0)
        return -ENODEV;
    *queue = (struct virtio_queue){.device = device, .index = index};
    /* The largest power of two that both have room for: split rings must be one. */
    for (queue->size = 1; queue->size * 2 <= size && queue->size * 2u <= most;)
        queue->size = (uint16_t)(queue->size * 2);
#ifdef CONFIG_VIRTIO_INDIRECT
    if (device->accepted & VIRTIO_F_INDIRECT_DESC)
        queue->table_size = table;
#else
    (void)table;
#endif
    if (!allocate(queue))
        return -ENOMEM;
    for (uint16_t i = 0; i < queue->size; i++)
        queue->slots[i].next = (uint16_t)(i + 1);
    queue->free_count = queue->size;
#ifdef CONFIG_VIRTIO_PACKED
    queue->packed = device->accepted & VIRTIO_F_RING_PACKED;
    queue->submitted_wrap = queue->taken_wrap = true;
#endif
    virtio_queue_ignore(queue);
    queue->doorbell = device->operations->queue_start(
        device, index,
        &(struct virtio_areas){queue->size, queue->descriptors, (const void *)queue->driver_area,
                               (const void *)queue->device_area});
    return queue->doorbell ? 0 : -ENODEV;
}

unsigned virtio_queue_room(const struct virtio_queue *queue)
{
    if (queue->device->broken || queue->free_count == 0)
        return 0;
    return virtio_tables(queue) ? queue->table_size : queue->free_count;
}

struct virtio_queue_slot *virtio_slot_of(struct virtio_queue *queue, uint32_t id, uint32_t written)
{
    if (id >= queue->size || !queue->slots[id].token) {
        virtio_break(queue->device, "it is done with what it was not given");
        return NULL;
    }
    /* Some devices say how long a request was that they only read (2.7.8.2 lets them). */
    if (queue->slots[id].room > 0 && written > queue->slots[id].room) {
        virtio_break(queue->device, "it wrote more than there was room for");
        return NULL;
    }
    return &queue->slots[id];
}

#ifdef CONFIG_VIRTIO_PACKED
#define WANTED(queue) ((queue)->packed ? virtio_packed_wanted(queue) : virtio_split_wanted(queue))
#else
#define WANTED(queue) virtio_split_wanted(queue)
#endif

void virtio_queue_notify(struct virtio_queue *queue)
{
    if (!WANTED(queue) || queue->device->broken)
        return;
    if (queue->device->wide_notification)
        *(volatile uint32_t *)queue->doorbell = queue->index;
    else
        *(volatile uint16_t *)queue->doorbell = queue->index;
}

void *virtio_queue_recover(struct virtio_queue *queue)
{
    for (uint16_t i = 0; queue->requests > 0 && i < queue->size; i++) {
        void *token = queue->slots[i].token;

        if (token) {
            queue->slots[i].token = NULL;
            queue->requests--;
            return token;
        }
    }
    return NULL;
}

#ifdef CONFIG_VIRTIO_PACKED
void virtio_queue_add(struct virtio_queue *queue, const void *bytes, uint32_t length, bool device_writes)
{
    (queue->packed ? virtio_packed_add : virtio_split_add)(queue, bytes, length, device_writes);
}

void virtio_queue_submit(struct virtio_queue *queue, void *token)
{
    (queue->packed ? virtio_packed_submit : virtio_split_submit)(queue, token);
}

void *virtio_queue_take(struct virtio_queue *queue, uint32_t *written)
{
    return (queue->packed ? virtio_packed_take : virtio_split_take)(queue, written);
}

bool virtio_queue_listen(struct virtio_queue *queue, uint16_t after)
{
    return (queue->packed ? virtio_packed_listen : virtio_split_listen)(queue, after);
}

void virtio_queue_ignore(struct virtio_queue *queue)
{
    (queue->packed ? virtio_packed_ignore : virtio_split_ignore)(queue);
}
#endif
