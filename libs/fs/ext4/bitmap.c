/*
 * The bitmaps of a group: which of its blocks and inodes are used.
 */
#include "ext4.h"

#include <errno.h>
#include <string.h>

uint32_t ext4_bits_next(const uint8_t *bits, uint32_t from, uint32_t end, bool set)
{
    while (from < end) {
        const uint64_t *word = (const uint64_t *)bits + from / 64;
        uint64_t found = (set ? *word : ~*word) >> from % 64;
        if (found != 0) {
            from += (uint32_t)__builtin_ctzll(found);
            return from < end ? from : end;
        }
        from = (from | 63) + 1;
    }
    return end;
}

void ext4_bits_set(uint8_t *bits, uint32_t from, uint32_t count)
{
    for (; count != 0 && from % 8 != 0; count--, from++)
        bits[from / 8] |= (uint8_t)(1u << from % 8);
    memset(bits + from / 8, 255, count / 8);
    from += count & ~7u;
    if (count % 8 != 0)
        bits[from / 8] |= (uint8_t)((1u << count % 8) - 1);
}

void ext4_bits_clear(uint8_t *bits, uint32_t from, uint32_t count)
{
    for (; count != 0; count--, from++)
        bits[from / 8] &= (uint8_t) ~(1u << from % 8);
}

/* Whether a group holds a copy of superblock and descriptors: super.rst, sparse_super. */
static bool has_super(const struct ext4 *fs, uint32_t group)
{
    if (group <= 1 || !(fs->super.feature_ro_compat & EXT4_RO_COMPAT_SPARSE_SUPER))
        return true;
    for (uint32_t base = 3; base <= 7; base += 2) {
        uint64_t power = base;
        while (power < group)
            power *= base;
        if (power == group)
            return true;
    }
    return false;
}

/* Marks blocks of a group as used, as far as they are in it. */
static void mark(const struct ext4 *fs, uint32_t group, uint8_t *bits, uint64_t block, uint64_t count)
{
    uint64_t start = ext4_group_start(fs, group), end = start + ext4_group_blocks(fs, group);

    if (block + count > end)
        count = block < end ? end - block : 0;
    if (block >= start && count != 0)
        ext4_bits_set(bits, (uint32_t)(block - start), (uint32_t)count);
}

/* The blocks of a group that nothing has been put into so far (BLOCK_UNINIT). */
static void fill_blocks(const struct ext4 *fs, uint32_t group, uint8_t *bits)
{
    uint32_t blocks = ext4_group_blocks(fs, group);
    uint64_t table = (uint64_t)fs->super.inodes_per_group * fs->inode_size;

    if (has_super(fs, group)) {
        uint64_t descriptors = (uint64_t)fs->group_count * fs->descriptor_size;
        mark(fs, group, bits, ext4_group_start(fs, group),
             1 + ((descriptors + fs->block_size - 1) >> fs->block_bits) + fs->super.reserved_gdt_blocks);
    }
    mark(fs, group, bits, fs->groups[group].block_bitmap, 1);
    mark(fs, group, bits, fs->groups[group].inode_bitmap, 1);
    mark(fs, group, bits, fs->groups[group].inode_table, (table + fs->block_size - 1) >> fs->block_bits);
    ext4_bits_set(bits, blocks, 8 * fs->block_size - blocks);
}

int ext4_bitmap(struct ext4 *fs, uint32_t number, bool inodes, struct block_buffer **buffer)
{
    struct ext4_group *group = &fs->groups[number];
    uint64_t block = inodes ? group->inode_bitmap : group->block_bitmap;
    enum ext4_kind kind = inodes ? EXT4_INODE_BITMAP : EXT4_BLOCK_BITMAP;
    uint16_t flag = inodes ? EXT4_GROUP_INODE_UNINIT : EXT4_GROUP_BLOCK_UNINIT;
    int error;

    if (!(group->flags & flag))
        return ext4_block_get(fs, block, kind, number, buffer);
    error = ext4_group_change(fs, number);
    if (error == 0)
        error = ext4_block_new(fs, block, kind, number, buffer);
    if (error != 0)
        return error;
    if (inodes) {
        uint32_t count = fs->super.inodes_per_group;
        ext4_bits_set((*buffer)->data, count, 8 * fs->block_size - count);
        group->inodes_changed = true;
        group->unused_inodes = count;
    } else {
        fill_blocks(fs, number, (*buffer)->data);
        group->blocks_changed = true;
    }
    group->flags &= (uint16_t)~flag;
    return 0;
}
