/*
 * Tells the disk which blocks it need not keep. What a transaction has given up is told when that is on the
 * disk: a crash before would bring the old owner back. The lock is held, so nobody has taken a block again
 * before the disk has answered.
 */
#include "ext4.h"

#include <block_io.h>
#include <errno.h>
#include <fs_trim.h>

extern const struct vnode_ops ext4_operations;

static void give_up(struct ext4 *fs, int error)
{
    log_write(LOG_WARNING, "ext4: %s: nothing more is discarded: error %d", fs->device->name, -error);
    (void)error;
    fs->discards = false;
}

/* A disk that cannot is not asked again; nothing depends on it. */
static bool discard(struct ext4 *fs, uint64_t block, uint64_t count)
{
    int error = block_discard(fs->device, block * fs->sectors, count * fs->sectors);

    if (error != 0)
        give_up(fs, error);
    return error == 0;
}

/* Whether blocks of one group are free; only in damaged file systems something else has them, too. */
static bool are_free(struct ext4 *fs, const struct ext4_freed *freed)
{
    uint32_t number = ext4_group_of(fs, freed->block);
    uint32_t bit = (uint32_t)(freed->block - ext4_group_start(fs, number));
    struct block_buffer *bitmap;
    bool result;

    if (ext4_bitmap(fs, number, false, &bitmap) != 0)
        return false;
    result = ext4_bits_next(bitmap->data, bit, bit + freed->count, true) == bit + freed->count;
    ext4_block_put(fs, bitmap);
    return result;
}

void ext4_discard_freed(struct ext4 *fs, uint32_t count)
{
    uint64_t block = 0, length = 0;

    for (uint32_t i = 0; i < count && fs->discards; i++) {
        const struct ext4_freed *freed = &fs->freed[i];
        bool follows = freed->block == block + length;

        if (!are_free(fs, freed))
            continue;
        if (!follows && length != 0 && !discard(fs, block, length))
            return;
        block = follows ? block : freed->block;
        length = freed->count + (follows ? length : 0);
    }
    if (length != 0 && fs->discards)
        (void)discard(fs, block, length);
}

/*
 * What is free of the blocks [*from, end) of a group that has been used, in runs of at least `least`; in
 * others nothing has ever been written. `*trimmed` grows by what the disk has been told.
 */
static int discard_group(struct ext4 *fs, uint32_t number, uint32_t from, uint32_t end, uint64_t least,
                         uint64_t *trimmed)
{
    struct block_buffer *bitmap;
    uint32_t to;
    int error;

    if (fs->groups[number].flags & EXT4_GROUP_BLOCK_UNINIT || fs->groups[number].free_blocks == 0)
        return 0;
    error = ext4_bitmap(fs, number, false, &bitmap);
    if (error != 0)
        return error;
    for (; error == 0 && (from = ext4_bits_next(bitmap->data, from, end, false)) < end; from = to) {
        to = ext4_bits_next(bitmap->data, from, end, true);
        if (to - from < least)
            continue;
        error = block_discard(fs->device, (ext4_group_start(fs, number) + from) * fs->sectors,
                              (uint64_t)(to - from) * fs->sectors);
        if (error == 0)
            *trimmed += to - from;
    }
    ext4_block_put(fs, bitmap);
    return error;
}

void ext4_discard_free(struct ext4 *fs)
{
    uint64_t trimmed = 0;
    int error = 0;

    for (uint32_t i = 0; error == 0 && i < fs->group_count && !fs->read_only && !fs->failed; i++)
        error = discard_group(fs, i, 0, ext4_group_blocks(fs, i), 1, &trimmed);
    if (error != 0)
        give_up(fs, error);
}

/* A group at a time, so that others come between. Before it, what operations have given up is on the disk. */
static int trim_group(struct ext4 *fs, uint32_t number, uint64_t first, uint64_t end, uint64_t least,
                      uint64_t *trimmed)
{
    uint64_t start = ext4_group_start(fs, number), next = start + ext4_group_blocks(fs, number);
    int error;

    wait_lock_take(&fs->lock);
    error = fs->failed ? -EIO : ext4_commit(fs);
    if (error == 0)
        error = discard_group(fs, number, first > start ? (uint32_t)(first - start) : 0,
                              (uint32_t)((end < next ? end : next) - start), least, trimmed);
    wait_lock_give(&fs->lock);
    return error;
}

static int trim(struct vnode *root, uint64_t start, uint64_t size, uint64_t least, uint64_t *trimmed)
{
    struct ext4 *fs = ext4_node_of(root)->fs;
    uint64_t first = start >> fs->block_bits, end = fs->block_count, blocks = 0;
    int error = 0;

    if (fs->read_only)
        return -EROFS;
    if (!(fs->device->flags & BLOCK_DEVICE_DISCARD))
        return -EOPNOTSUPP;
    if (size < fs->block_size || first >= fs->block_count)
        return -EINVAL;
    if (size >> fs->block_bits < end - first)
        end = first + (size >> fs->block_bits);
    least = (least >> fs->block_bits) + (least % fs->block_size != 0);
    if (first < ext4_group_start(fs, 0))
        first = ext4_group_start(fs, 0);
    for (uint32_t i = first < end ? ext4_group_of(fs, first) : fs->group_count;
         error == 0 && i < fs->group_count && ext4_group_start(fs, i) < end; i++)
        error = trim_group(fs, i, first, end, least, &blocks);
    *trimmed = blocks << fs->block_bits;
    return error;
}

struct fs_trim ext4_trim = {.operations = &ext4_operations, .trim = trim};
