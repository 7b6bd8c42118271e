/* Split rings alone, as an image has them by default. */
#include "exchange.h"
#include "lies.h"

#include <pages.h>

static bool out_of_memory;

void *pages_alloc(size_t count)
{
    void *pages = out_of_memory ? NULL : aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);

    return pages ? memset(pages, 0xa5, count * PAGE_SIZE) : NULL;
}

int main(void)
{
    struct virtio_device device;
    struct virtio_queue queue;

    beginnings();
    exchange(0, 256, 256, 0);
    exchange(VIRTIO_F_EVENT_IDX, 64, 256, 0);
    exchange(VIRTIO_F_EVENT_IDX | VIRTIO_F_RING_PACKED | VIRTIO_F_INDIRECT_DESC, 16, 16, 16);
    lies(0);
    lies(VIRTIO_F_EVENT_IDX);

    model = (struct model){.offered = VIRTIO_F_VERSION_1, .most = 8};
    device = (struct virtio_device){.operations = &model_operations};
    assert(virtio_begin(&device, 0, 0, NULL) == 0);
    out_of_memory = true;
    assert(virtio_queue_create(&device, &queue, 0, 8, 0) < 0);
    return 0;
}
