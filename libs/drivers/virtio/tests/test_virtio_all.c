/* Both kinds of rings, with and without indirect descriptors. */
// cflags: -DCONFIG_VIRTIO_PACKED=1 -DCONFIG_VIRTIO_INDIRECT=1
#include "exchange.h"
#include "lies.h"

#include <pages.h>

void *pages_alloc(size_t count)
{
    return memset(aligned_alloc(PAGE_SIZE, count * PAGE_SIZE), 0xa5, count * PAGE_SIZE);
}

int main(void)
{
    beginnings();
    for (int i = 0; i < 8; i++) {
        uint64_t offered = (i & 1 ? VIRTIO_F_EVENT_IDX : 0) | (i & 2 ? VIRTIO_F_RING_PACKED : 0) |
                           (i & 4 ? VIRTIO_F_INDIRECT_DESC : 0);

        exchange(offered, 256, 64, 2 * PIECES);
        exchange(offered, 32, 32, 2 * PIECES + 1);
        exchange(offered, 16, 64, 0);
        lies(offered);
    }
    return 0;
}
