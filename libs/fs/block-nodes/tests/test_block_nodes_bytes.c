/* Any bytes of a disk, against an array: blocks that are only partly written keep the rest. */
// instead: ../bytes.c
// sources: ../../../drivers/block-io/submit.c ../../../drivers/block-io/transfer.c
// ../../../drivers/block-io/find.c
#include "../../../drivers/block-io/tests/memory_disk.h"
#include "../block_nodes.h"

#include <pages.h>

#define SIZE ((long)sizeof memory_disk_content)

static bool no_pages;

void *pages_alloc(size_t count)
{
    return no_pages ? NULL : aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);
}

void pages_free(void *start, size_t count)
{
    (void)count;
    free(start);
}

static uint32_t seed = 1;

static unsigned any(unsigned below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static void ranges(void)
{
    static unsigned char truth[sizeof memory_disk_content], bytes[20000];

    memcpy(truth, memory_disk_content, sizeof truth);
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t offset = any(sizeof truth);
        long size = any(any(4) ? 1500 : sizeof bytes), expected = size;

        if (expected > SIZE - (long)offset)
            expected = SIZE - (long)offset;
        if (any(2)) {
            for (long i = 0; i < size; i++)
                bytes[i] = (unsigned char)any(256);
            assert(block_nodes_write(&memory_disk, bytes, (size_t)size, offset) == expected);
            memcpy(truth + offset, bytes, (size_t)expected);
        } else {
            assert(block_nodes_read(&memory_disk, bytes, (size_t)size, offset) == expected);
            assert(memcmp(bytes, truth + offset, (size_t)expected) == 0);
        }
    }
    assert(memcmp(truth, memory_disk_content, sizeof truth) == 0);
}

int main(void)
{
    static char bytes[3000];

    ranges();
    memory_disk.block = 4096;
    ranges();
    assert(block_nodes_read(&memory_disk, bytes, 1, (uint64_t)SIZE) == 0);
    assert(block_nodes_write(&memory_disk, bytes, 1, (uint64_t)SIZE) == -ENOSPC);
    assert(block_nodes_write(&memory_disk, bytes, 0, UINT64_MAX) == 0);
    memory_disk.block = 512;
    memory_disk_fail_after = 1;
    assert(block_nodes_read(&memory_disk, bytes, 1024 + 100, 0) == 1024);
    assert(block_nodes_read(&memory_disk, bytes, 512, 0) == -EIO);
    memory_disk_fail_after = -1;
    no_pages = true;
    assert(block_nodes_write(&memory_disk, bytes, 100, 0) == -ENOMEM);
    assert(block_nodes_write(&memory_disk, bytes, 512, 0) == 512);
    memory_disk.flags |= BLOCK_DEVICE_READ_ONLY;
    assert(block_nodes_write(&memory_disk, bytes, 512, 0) == -EROFS);
    return 0;
}
