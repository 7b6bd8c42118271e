/*
 * What happens when the disk's content makes no sense or the disk does not work: the file system can only be
 * read from then on, as with Linux's errors=remount-ro, and the superblock says that it has to be checked.
 */
#include "ext4.h"

#include <block_io.h>
#include <errno.h>

static void fail(struct ext4 *fs)
{
    if (fs->failed || fs->read_only)
        return;
    fs->failed = true;
    fs->super.state |= EXT4_STATE_ERROR;
    fs->super.error_count++;
    fs->super.last_error_time = (uint32_t)(ext4_now() / 1000000000);
    /* What of the superblock changes in transactions is as it was at the last commit. */
    ext4_super_write(fs);
    log_write(LOG_ERROR, "ext4: %s: can only be read from now on", fs->device->name);
}

int ext4_corrupted(struct ext4 *fs, const char *what, uint64_t where)
{
    log_write(LOG_ERROR, "ext4: %s: damaged: %s (%llu); run e2fsck", fs->device->name, what,
              (unsigned long long)where);
    fail(fs);
    return -EUCLEAN;
}

int ext4_broken(struct ext4 *fs, const char *what, int error)
{
    log_write(LOG_ERROR, "ext4: %s: %s: error %d", fs->device->name, what, -error);
    fail(fs);
    return error;
}
