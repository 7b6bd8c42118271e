/* Any bytes as an archive of cpio. */
// sources: ../../vfs/vfs.c ../../vfs/find.c ../../vfs/change.c ../../vfs/path.c
// sources: ../../ramfs/ramfs.c ../../ramfs/directory.c ../../ramfs/content.c
// max-len: 2048
#define INITRD_INIT initrd_cpio_init
#include "initrd_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unpack_anything(data, size);
    return 0;
}
