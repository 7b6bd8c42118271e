/*
 * Tells the disk which blocks it need not keep. What a transaction has given up is told when that is on the
 * disk: a crash before would bring the old owner back. The lock is held, so nobody has taken a block again
 * before the disk has answered.
 */
#include "ext4.h"

#include <block_io.h>

/* A disk that cannot is not asked again; nothing depends on it. */
static bool discard(struct ext4 *fs, uint64_t block, uint64_t count)
{
    int error = block_discard(fs->device, block * fs->sectors, count * fs->sectors);

    if (error != 0) {
        log_write(LOG_WARNING, "ext4: %s: nothing more is discarded: error %d", fs->device->name, -error);
        fs->discards = false;
    }
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

/* Of a group that has been used; in others nothing has ever been written. */
static bool discard_group(struct ext4 *fs, uint32_t number)
{
    uint32_t blocks = ext4_group_blocks(fs, number), from = 0, to;
    struct block_buffer *bitmap;
    bool done = true;

    if (fs->groups[number].flags & EXT4_GROUP_BLOCK_UNINIT || fs->groups[number].free_blocks == 0)
        return true;
    if (ext4_bitmap(fs, number, false, &bitmap) != 0)
        return false;
    for (; done && (from = ext4_bits_next(bitmap->data, from, blocks, false)) < blocks; from = to) {
        to = ext4_bits_next(bitmap->data, from, blocks, true);
        done = discard(fs, ext4_group_start(fs, number) + from, to - from);
    }
    ext4_block_put(fs, bitmap);
    return done;
}

void ext4_discard_free(struct ext4 *fs)
{
    for (uint32_t i = 0; i < fs->group_count && !fs->read_only && !fs->failed; i++)
        if (!discard_group(fs, i))
            return;
}
