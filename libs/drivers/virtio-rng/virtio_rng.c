#include <entropy.h>
#include <pages.h>
#include <stdint.h>
#include <virtio.h>

#define TYPE_ENTROPY 4 /* 5.4.1 */
#define QUEUE_REQUEST 0

#define ATTEMPTS 1000000 /* reads of a register while the host collects: seconds */

static struct virtio_device device;
static struct virtio_queue queue;
static unsigned char
    fresh[64]; /* a request whose time was up still belongs to the device: it is given up then */
static bool looked, ready;

/* The one that waits looks at the queue itself. */
static void attention(struct virtio_device *card, bool queues, bool configuration)
{
    (void)card, (void)queues, (void)configuration;
}

static void found(const struct virtio_device *card)
{
    if (ready)
        return;
    device = *card;
    ready = virtio_begin(&device, 0, 0, attention) == 0 &&
            virtio_queue_create(&device, &queue, QUEUE_REQUEST, 1, 0) == 0 && virtio_ready(&device) == 0;
    if (!ready)
        virtio_break(&device, "its driver cannot use it");
}

/* One request; how many bytes of `fresh` it has filled. */
static size_t collect(size_t size)
{
    uint32_t written = 0;

    virtio_queue_add(&queue, fresh, (uint32_t)size, true);
    virtio_queue_submit(&queue, fresh);
    virtio_queue_notify(&queue);
    for (int i = 0; i < ATTEMPTS && !device.broken; i++) {
        if (virtio_queue_take(&queue, &written))
            return written;
        virtio_needs_reset(&device); /* leaves a virtual machine, and so lets its host work */
    }
    virtio_break(&device, "it gives no entropy");
    return 0;
}

size_t entropy_read(void *buffer, size_t size)
{
    unsigned char *to = buffer;
    size_t done = 0;

    /* Whoever asks before there is memory for a queue may ask again. */
    if (!looked && pages_available() > 0) {
        virtio_find(TYPE_ENTROPY, found);
        looked = true;
    }
    while (ready && done < size && virtio_queue_room(&queue) > 0) {
        size_t got = collect(size - done < sizeof fresh ? size - done : sizeof fresh);

        for (size_t i = 0; i < got; i++) {
            to[done++] = fresh[i];
            fresh[i] = 0;
        }
    }
    return done;
}
