/* What loaders leave in memory, right and wrong. */
// max-len: 9000
// instead: ../boot_pvh.c ../boot_linux.c ../boot_common.c ../ranges.c
#include "loader_memory.h"

#include "../ranges.h"

#include <stdlib.h>
#include <string.h>

#define IMAGE_START 0x100000
#define IMAGE_END 0x120000

/* The first byte chooses the protocol; the rest is the memory from 0x1000 on, where the structure lies. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot_info info = {0};
    const char *wrong;

    if (size < 1)
        return 0;
    memset(loader_memory, 0, sizeof loader_memory);
    memcpy(loader_memory + 0x1000, data + 1,
           size - 1 < LOADER_MEMORY - 0x1000 ? size - 1 : LOADER_MEMORY - 0x1000);
    wrong = data[0] & 1 ? boot_linux(0x1000, &info) : boot_pvh(0x1000, &info);
    if (!wrong)
        wrong = boot_claim(&info, IMAGE_START, IMAGE_END);
    if (wrong)
        return 0;

    if (info.range_count > BOOT_INFO_MAX_RANGES || strlen(info.command_line) >= BOOT_COMMAND_LINE_MAX)
        abort();
    for (size_t i = 0; i < info.range_count; i++) {
        struct boot_range r = info.ranges[i];

        if (r.start >= r.end || r.start < 4096 || r.start % 4096 || r.end % 4096 || r.end > RANGES_LIMIT)
            abort();
        if (i > 0 && r.start <= info.ranges[i - 1].end)
            abort();
        if (r.start < IMAGE_END && r.end > IMAGE_START)
            abort();
        if (info.initrd_size && r.start < (uintptr_t)info.initrd + info.initrd_size &&
            r.end > (uintptr_t)info.initrd)
            abort();
    }
    return 0;
}
