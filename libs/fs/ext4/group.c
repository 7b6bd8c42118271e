/*
 * Group descriptors. All are in memory; what has changed goes into the transaction when that is committed,
 * together with the counts in the superblock.
 */
#include "ext4.h"

#include <crc32c.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

/* Where the descriptor of a group stands. */
static uint64_t place(const struct ext4 *fs, uint32_t group, uint32_t *offset)
{
    uint64_t at = (uint64_t)group * fs->descriptor_size;

    *offset = (uint32_t)(at & (fs->block_size - 1));
    return fs->super.first_data_block + 1 + (at >> fs->block_bits);
}

static uint16_t checksum(const struct ext4 *fs, uint32_t group,
                         const struct ext4_group_descriptor *descriptor)
{
    static const uint16_t zero;
    uint32_t sum = crc32c(fs->seed, &group, sizeof(group));
    size_t after = offsetof(struct ext4_group_descriptor, checksum) + sizeof(zero);

    sum = crc32c(sum, descriptor, offsetof(struct ext4_group_descriptor, checksum));
    sum = crc32c(sum, &zero, sizeof(zero));
    return (uint16_t)crc32c(sum, (const char *)descriptor + after, fs->descriptor_size - after);
}

static bool load(struct ext4 *fs, uint32_t number, const struct ext4_group_descriptor *d)
{
    struct ext4_group *group = &fs->groups[number];
    uint64_t table_blocks =
        ((uint64_t)fs->super.inodes_per_group * fs->inode_size + fs->block_size - 1) >> fs->block_bits;
    uint64_t first = fs->super.first_data_block;

    if (fs->checksums && fs->replayed && d->checksum != checksum(fs, number, d))
        return false;
    group->block_bitmap = d->block_bitmap_lo;
    group->inode_bitmap = d->inode_bitmap_lo;
    group->inode_table = d->inode_table_lo;
    group->free_blocks = d->free_blocks_count_lo;
    group->free_inodes = d->free_inodes_count_lo;
    group->directories = d->used_dirs_count_lo;
    group->unused_inodes = d->itable_unused_lo;
    group->block_checksum = d->block_bitmap_csum_lo;
    group->inode_checksum = d->inode_bitmap_csum_lo;
    group->flags = fs->checksums ? d->flags : 0;
    if (fs->descriptor_size > EXT4_DESCRIPTOR_SHORT) {
        group->block_bitmap |= (uint64_t)d->block_bitmap_hi << 32;
        group->inode_bitmap |= (uint64_t)d->inode_bitmap_hi << 32;
        group->inode_table |= (uint64_t)d->inode_table_hi << 32;
        group->free_blocks |= (uint32_t)d->free_blocks_count_hi << 16;
        group->free_inodes |= (uint32_t)d->free_inodes_count_hi << 16;
        group->directories |= (uint32_t)d->used_dirs_count_hi << 16;
        group->unused_inodes |= (uint32_t)d->itable_unused_hi << 16;
        group->block_checksum |= (uint32_t)d->block_bitmap_csum_hi << 16;
        group->inode_checksum |= (uint32_t)d->inode_bitmap_csum_hi << 16;
    }
    return group->block_bitmap > first && group->block_bitmap < fs->block_count &&
           group->inode_bitmap > first && group->inode_bitmap < fs->block_count &&
           group->inode_table > first && group->inode_table < fs->block_count &&
           table_blocks <= fs->block_count - group->inode_table &&
           group->free_blocks <= ext4_group_blocks(fs, number) &&
           group->free_inodes <= fs->super.inodes_per_group &&
           group->directories <= fs->super.inodes_per_group &&
           group->unused_inodes <= fs->super.inodes_per_group;
}

static void store(const struct ext4 *fs, uint32_t number, struct ext4_group_descriptor *d)
{
    const struct ext4_group *group = &fs->groups[number];

    d->free_blocks_count_lo = (uint16_t)group->free_blocks;
    d->free_inodes_count_lo = (uint16_t)group->free_inodes;
    d->used_dirs_count_lo = (uint16_t)group->directories;
    d->itable_unused_lo = (uint16_t)group->unused_inodes;
    if (fs->descriptor_size > EXT4_DESCRIPTOR_SHORT) {
        d->free_blocks_count_hi = (uint16_t)(group->free_blocks >> 16);
        d->free_inodes_count_hi = (uint16_t)(group->free_inodes >> 16);
        d->used_dirs_count_hi = (uint16_t)(group->directories >> 16);
        d->itable_unused_hi = (uint16_t)(group->unused_inodes >> 16);
    }
    if (!fs->checksums)
        return;
    d->flags = group->flags;
    d->block_bitmap_csum_lo = (uint16_t)group->block_checksum;
    d->inode_bitmap_csum_lo = (uint16_t)group->inode_checksum;
    if (fs->descriptor_size > EXT4_DESCRIPTOR_SHORT) {
        d->block_bitmap_csum_hi = (uint16_t)(group->block_checksum >> 16);
        d->inode_bitmap_csum_hi = (uint16_t)(group->inode_checksum >> 16);
    }
    d->checksum = checksum(fs, number, d);
}

/* The buffer with a group's descriptor. */
static int descriptor(struct ext4 *fs, uint32_t group, struct block_buffer **buffer,
                      struct ext4_group_descriptor **found)
{
    uint32_t offset;
    int error = ext4_block_get(fs, place(fs, group, &offset), EXT4_PLAIN, 0, buffer);

    if (error == 0)
        *found = (struct ext4_group_descriptor *)((char *)(*buffer)->data + offset);
    return error;
}

int ext4_groups_load(struct ext4 *fs)
{
    uint64_t free_blocks = 0;
    uint32_t free_inodes = 0;

    if (fs->groups == NULL)
        fs->groups = heap_alloc(fs->group_count * sizeof(*fs->groups));
    if (fs->groups == NULL)
        return -ENOMEM;
    memset(fs->groups, 0, fs->group_count * sizeof(*fs->groups));
    for (uint32_t i = 0; i < fs->group_count; i++) {
        struct ext4_group_descriptor *d;
        struct block_buffer *buffer;
        int error = descriptor(fs, i, &buffer, &d);
        bool valid;
        if (error != 0)
            return error;
        valid = load(fs, i, d);
        ext4_block_put(fs, buffer);
        if (!valid)
            return ext4_corrupted(fs, "group descriptor", i);
        if (!fs->replayed)
            return 0;
        free_blocks += fs->groups[i].free_blocks;
        free_inodes += fs->groups[i].free_inodes;
    }
    /* The superblock's counts need not be right after a crash (of Linux); these are. */
    fs->counts.free_blocks = free_blocks;
    fs->counts.free_inodes = free_inodes;
    return 0;
}

int ext4_group_change(struct ext4 *fs, uint32_t number)
{
    struct ext4_group *group = &fs->groups[number];
    struct ext4_group_descriptor *d;
    struct block_buffer *buffer;
    int error;

    if (group->touched)
        return 0;
    if (fs->groups_touched == EXT4_UNDO_GROUPS)
        return -ENOSPC;
    error = descriptor(fs, number, &buffer, &d);
    if (error != 0)
        return error;
    error = ext4_block_change(fs, buffer);
    ext4_block_put(fs, buffer);
    if (error != 0)
        return error;
    fs->groups_before[fs->groups_touched].number = number;
    fs->groups_before[fs->groups_touched++].group = *group;
    group->touched = group->changed = true;
    return 0;
}

/* The checksum of a bitmap, which the transaction holds in memory. */
static int seal_bitmap(struct ext4 *fs, uint32_t number, bool inodes)
{
    struct ext4_group *group = &fs->groups[number];
    struct block_buffer *buffer;
    int error = ext4_bitmap(fs, number, inodes, &buffer);

    if (error != 0)
        return error;
    *(inodes ? &group->inode_checksum : &group->block_checksum) = crc32c(
        fs->seed, buffer->data, (inodes ? fs->super.inodes_per_group : fs->super.blocks_per_group) / 8);
    ext4_block_put(fs, buffer);
    return 0;
}

/* The superblock is in the transaction only for its list of orphans: whoever mounts the file system counts
 * anew, and it is not written more often than must be, for it cannot be restored where it is torn. */
static int store_super(struct ext4 *fs)
{
    struct block_buffer *buffer;
    int error;

    if (fs->super.last_orphan == fs->counts.last_orphan)
        return 0;
    error = ext4_block_get(fs, EXT4_SUPER_OFFSET / fs->block_size, EXT4_PLAIN, 0, &buffer);
    if (error != 0)
        return error;
    error = ext4_block_change(fs, buffer);
    if (error == 0) {
        ext4_super_count(fs);
        ext4_super_seal(fs, (struct ext4_super *)((char *)buffer->data + EXT4_SUPER_OFFSET % fs->block_size));
    }
    ext4_block_put(fs, buffer);
    return error;
}

int ext4_groups_store(struct ext4 *fs)
{
    struct block_buffer *buffer;
    struct ext4_group_descriptor *d;
    int error = store_super(fs);

    for (uint32_t i = 0; i < fs->group_count && error == 0; i++) {
        struct ext4_group *group = &fs->groups[i];
        if (!group->changed)
            continue;
        if (fs->checksums && group->blocks_changed)
            error = seal_bitmap(fs, i, false);
        if (error == 0 && fs->checksums && group->inodes_changed)
            error = seal_bitmap(fs, i, true);
        if (error == 0)
            error = descriptor(fs, i, &buffer, &d);
        if (error != 0)
            return error;
        store(fs, i, d);
        ext4_block_put(fs, buffer);
        group->changed = group->blocks_changed = group->inodes_changed = false;
    }
    return error;
}
