/* Everything that a device can write, at any time: the input is a list of bytes that it puts somewhere into
 * what it can reach, with steps of the driver between them. */
// cflags: -DCONFIG_VIRTIO_PACKED=1 -DCONFIG_VIRTIO_INDIRECT=1
// max-len: 512
#include "model_device.h"

#include <pages.h>

#define SIZE 8
#define REQUESTS 16

void *pages_alloc(size_t count)
{
    return memset(aligned_alloc(PAGE_SIZE, count * PAGE_SIZE), 0, count * PAGE_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct virtio_device device;
    struct virtio_queue queue;
    char *out[REQUESTS] = {0}; /* tokens that the device has */
    uint32_t written;
    char *token;
    unsigned given = 0;

    if (size < 1)
        return 0;
    model_begin(&device, &queue,
                (data[0] & 1 ? VIRTIO_F_EVENT_IDX : 0) | (data[0] & 2 ? VIRTIO_F_RING_PACKED : 0) |
                    (data[0] & 4 ? VIRTIO_F_INDIRECT_DESC : 0),
                SIZE, SIZE, data[0] & 8 ? 4 : 0);
    for (size_t i = 1; i + 3 <= size; i += 3) {
        char *area = (char *)(uintptr_t)(data[i] & 0x40 ? model.areas.device : model.areas.descriptors);
        struct model_request seen;

        switch (data[i] & 0x3f) {
        case 0: /* the driver sends one */
            if (virtio_queue_room(&queue) < 3 || given == REQUESTS)
                break;
            for (unsigned n = 0; n < REQUESTS; n++)
                if (!out[n]) {
                    out[n] = malloc(32);
                    virtio_queue_add(&queue, out[n], 16, false);
                    for (unsigned more = data[i + 1] % 3; more > 0; more--)
                        virtio_queue_add(&queue, out[n] + 16, 16, true);
                    virtio_queue_submit(&queue, out[n]);
                    given++;
                    break;
                }
            virtio_queue_notify(&queue);
            break;
        case 1: /* the driver takes what there is */
            while ((token = virtio_queue_take(&queue, &written))) {
                bool known = false;

                for (unsigned n = 0; n < REQUESTS; n++)
                    if (out[n] == token) {
                        out[n] = NULL;
                        known = true;
                    }
                assert(known && written <= 32);
                free(token);
                given--;
            }
            virtio_queue_listen(&queue, (uint16_t)(1 + data[i + 1] % SIZE));
            break;
        case 2: /* the device behaves */
            if (!device.broken && data[i + 1] < SIZE)
                model_use(data[i + 1], data[i + 2] % 17, 1 + data[i + 2] / 128);
            break;
        case 3: /* the device looks, and must not find what nobody wrote; it may have written there itself */
            if (size == 4 && model_take(&seen))
                assert(seen.count <= 3);
            break;
        default:
            area[data[i + 1] % (6 + 8 * SIZE)] = (char)data[i + 2];
        }
    }
    virtio_break(&device, "the test is over");
    while ((token = virtio_queue_recover(&queue))) {
        for (unsigned n = 0; n < REQUESTS; n++)
            if (out[n] == token)
                out[n] = NULL;
        free(token);
    }
    for (unsigned n = 0; n < REQUESTS; n++)
        assert(!out[n]);
    free(queue.descriptors);
    return 0;
}
