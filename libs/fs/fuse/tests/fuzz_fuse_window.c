// sources: ../../fuse-dax/fuse_dax.c ../../vnode-table/vnode_table.c
// sources: ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c
// sources: ../../../drivers/share-channel/share_listing.c
// cflags: -UCONFIG_FUSE_CACHE -DCONFIG_LIB_FUSE_DAX=1 -DCONFIG_FUSE_DAX_RANGES=4 -DCONFIG_FUSE_DAX_WRITES=1
// runs: 8000
// max-len: 2048
/* The same with a window: what it shows is the host's, but where it is touched must lie in it. */
#define LLVMFuzzerTestOneInput answer_with
#include "fuzz_fuse.c"
#undef LLVMFuzzerTestOneInput

static unsigned char window[4 << 14] __attribute__((aligned(4096)));

void *device_memory_map_cached(uint64_t physical, size_t size)
{
    assert(physical >= (uintptr_t)window && physical + size <= (uintptr_t)window + sizeof window);
    return (void *)physical;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fake_window = (uintptr_t)window + (size > 0 && bytes[size - 1] > 250 ? 1 : 0);
    fake_window_size = sizeof window;
    return answer_with(bytes, size);
}
