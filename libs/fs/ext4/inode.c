/*
 * Which inodes are used.
 */
#include "ext4.h"

#include <errno.h>

/* A directory below the root goes where there is much room, so that files of different ones do not mix. */
static uint32_t roomy_group(const struct ext4 *fs)
{
    uint32_t best = 0, average = fs->counts.free_inodes / fs->group_count;

    for (uint32_t i = 1; i < fs->group_count; i++)
        if (fs->groups[i].free_inodes >= average && fs->groups[i].free_inodes != 0 &&
            (fs->groups[best].free_inodes == 0 || fs->groups[i].free_blocks > fs->groups[best].free_blocks))
            best = i;
    return best;
}

int ext4_inode_allocate(struct ext4 *fs, const struct ext4_node *parent, bool directory, uint32_t *made)
{
    uint32_t inodes = fs->super.inodes_per_group;
    uint32_t first = (parent->number - 1) / inodes;

    if (directory && parent->number == EXT4_INODE_ROOT)
        first = roomy_group(fs);
    for (uint32_t i = 0; i < fs->group_count; i++) {
        uint32_t number = (uint32_t)(((uint64_t)first + i) % fs->group_count), bit;
        struct ext4_group *group = &fs->groups[number];
        struct block_buffer *bitmap;
        int error;

        if (group->free_inodes == 0)
            continue;
        error = ext4_group_change(fs, number);
        if (error == 0)
            error = ext4_bitmap(fs, number, true, &bitmap);
        if (error != 0)
            return error;
        bit = ext4_bits_next(bitmap->data, number == 0 ? fs->super.first_ino - 1 : 0, inodes, false);
        if (bit != inodes)
            error = ext4_block_change(fs, bitmap);
        if (bit != inodes && error == 0)
            ext4_bits_set(bitmap->data, bit, 1);
        ext4_block_put(fs, bitmap);
        if (error != 0)
            return error;
        if (bit == inodes)
            return ext4_corrupted(fs, "count of free inodes in group", number);
        group->inodes_changed = true;
        group->free_inodes--;
        fs->counts.free_inodes--;
        if (directory)
            group->directories++;
        group->unused_inodes = ext4_min(group->unused_inodes, inodes - bit - 1);
        *made = number * inodes + bit + 1;
        return 0;
    }
    return -ENOSPC;
}

int ext4_inode_free(struct ext4 *fs, uint32_t inode, bool directory)
{
    uint32_t number = (inode - 1) / fs->super.inodes_per_group,
             bit = (inode - 1) % fs->super.inodes_per_group;
    struct ext4_group *group = &fs->groups[number];
    struct block_buffer *bitmap;
    int error = ext4_group_change(fs, number);

    if (error == 0)
        error = ext4_bitmap(fs, number, true, &bitmap);
    if (error != 0)
        return error;
    error = ext4_block_change(fs, bitmap);
    if (error == 0 && ext4_bits_next(bitmap->data, bit, bit + 1, true) != bit)
        error = ext4_corrupted(fs, "inode is freed that is free", inode);
    if (error == 0)
        ext4_bits_clear(bitmap->data, bit, 1);
    ext4_block_put(fs, bitmap);
    if (error != 0)
        return error;
    group->inodes_changed = true;
    group->free_inodes++;
    fs->counts.free_inodes++;
    if (directory && group->directories != 0)
        group->directories--;
    return 0;
}
