/* Any bytes as an archive of tar. */
// sources: ../../vfs/vfs.c ../../vfs/find.c ../../vfs/change.c ../../vfs/path.c
// sources: ../../ramfs/ramfs.c ../../ramfs/directory.c ../../ramfs/content.c
// max-len: 8192
#define INITRD_INIT initrd_tar_init
#include "../../initrd-cpio/tests/initrd_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every block gets a good checksum, or no change would get beyond the first. */
static uint8_t *with_checksums(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    memcpy(copy, data, size);
    for (size_t at = 0; at + 512 <= size; at += 512) {
        unsigned sum = 8 * ' ';
        char field[8];

        for (unsigned i = 0; i < 512; i++)
            sum += i >= 148 && i < 156 ? 0 : copy[at + i];
        if (sum == 8 * ' ')
            continue;
        snprintf(field, sizeof field, "%06o", sum);
        memcpy(copy + at + 148, field, sizeof field);
    }
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *given, size_t size)
{
    uint8_t *data = with_checksums(given, size);

    unpack_anything(data, size);
    free(data);
    return 0;
}
