/*
 * Blocks of metadata: checked when they come into memory, sealed when they are committed. A block that
 * somebody holds is never taken for something else, so what was checked stays true.
 */
#include "directory.h"

#include <crc32c.h>
#include <errno.h>

/* Where the checksum of a block stands that ends with one, and how many bytes of the block it covers. */
static uint32_t *checksum_of(const struct ext4 *fs, const struct block_buffer *buffer, uint32_t *covered)
{
    char *data = buffer->data;
    const struct ext4_tree_entry *entries;
    uint32_t offset;

    switch (buffer->kind) {
    case EXT4_ATTRIBUTES:
        *covered = 0;
        return &((struct ext4_attributes *)buffer->data)->checksum;
    case EXT4_EXTENTS:
        *covered = (uint32_t)(sizeof(struct ext4_extent_header) +
                              ((struct ext4_extent_header *)buffer->data)->max * sizeof(struct ext4_extent));
        return (uint32_t *)(data + *covered);
    case EXT4_DIRECTORY:
        *covered = ext4_directory_room(fs);
        return &((struct ext4_entry_tail *)(data + *covered))->checksum;
    default: /* a tree's node */
        offset = buffer->kind == EXT4_TREE_ROOT ? EXT4_TREE_ROOT_OFFSET : EXT4_TREE_NODE_OFFSET;
        entries = (struct ext4_tree_entry *)(data + offset);
        *covered = offset + entries->count * (uint32_t)sizeof(*entries);
        return &((struct ext4_tree_tail *)(entries + entries->limit))->checksum;
    }
}

static uint32_t checksum(const struct ext4 *fs, const struct block_buffer *buffer, uint32_t covered,
                         const uint32_t *place)
{
    static const uint32_t zero;
    uint32_t sum = crc32c(buffer->seed, buffer->data, covered);

    if (buffer->kind == EXT4_ATTRIBUTES) {
        size_t before = offsetof(struct ext4_attributes, checksum);
        sum = crc32c(fs->seed, &buffer->block, sizeof(buffer->block));
        sum = crc32c(crc32c(sum, buffer->data, before), &zero, sizeof(zero));
        sum = crc32c(sum, place + 1, fs->block_size - before - sizeof(zero));
    } else if (buffer->kind == EXT4_TREE_ROOT || buffer->kind == EXT4_TREE_NODE) {
        sum = crc32c(sum, place - 1, sizeof(uint32_t)); /* struct ext4_tree_tail, without its checksum */
        sum = crc32c(sum, &zero, sizeof(zero));
    }
    return sum;
}

static bool has_checksum(const struct ext4 *fs, uint8_t kind)
{
    return fs->checksums && kind >= EXT4_EXTENTS && kind <= EXT4_ATTRIBUTES;
}

void ext4_block_seal(struct ext4 *fs, struct block_buffer *buffer)
{
    if (has_checksum(fs, buffer->kind)) {
        uint32_t covered, *place = checksum_of(fs, buffer, &covered);
        *place = checksum(fs, buffer, covered, place);
    }
}

/* Whether the content is what it is taken for. */
static bool valid(const struct ext4 *fs, struct block_buffer *buffer)
{
    const struct ext4_group *group;
    uint32_t sum, bits;

    switch (buffer->kind) {
    case EXT4_EXTENTS: {
        uint32_t room =
            (uint32_t)((fs->block_size - sizeof(struct ext4_extent_header)) / sizeof(struct ext4_extent));
        return ext4_extents_valid(fs, buffer->data, room);
    }
    case EXT4_DIRECTORY:
        return ext4_directory_valid(fs, buffer);
    case EXT4_TREE_ROOT:
    case EXT4_TREE_NODE:
        return ext4_tree_valid(fs, buffer, buffer->kind == EXT4_TREE_ROOT);
    case EXT4_ATTRIBUTES:
        return ((struct ext4_attributes *)buffer->data)->magic == EXT4_ATTRIBUTES_MAGIC;
    case EXT4_BLOCK_BITMAP:
    case EXT4_INODE_BITMAP:
        if (!fs->checksums)
            return true;
        group = &fs->groups[buffer->seed];
        bits = buffer->kind == EXT4_INODE_BITMAP ? fs->super.inodes_per_group : fs->super.blocks_per_group;
        sum = crc32c(fs->seed, buffer->data, bits / 8);
        sum ^= buffer->kind == EXT4_INODE_BITMAP ? group->inode_checksum : group->block_checksum;
        return (fs->descriptor_size > EXT4_DESCRIPTOR_SHORT ? sum : sum & 0xffff) == 0;
    default:
        return true;
    }
}

int ext4_block_get(struct ext4 *fs, uint64_t block, enum ext4_kind kind, uint32_t seed,
                   struct block_buffer **found)
{
    struct block_buffer *buffer;
    int error;

    if (block >= fs->block_count)
        return ext4_corrupted(fs, "block beyond the end", block);
    error = block_cache_get(&fs->cache, block, &buffer);
    if (error != 0)
        return error;
    if (buffer->kind != kind || buffer->seed != seed) {
        if (buffer->references > 1) {
            ext4_block_put(fs, buffer);
            return ext4_corrupted(fs, "block is used twice", block);
        }
        buffer->kind = (uint8_t)kind;
        buffer->seed = seed;
        if (!valid(fs, buffer)) {
            error = ext4_corrupted(fs, "block makes no sense", block);
        } else if (has_checksum(fs, buffer->kind)) {
            uint32_t covered, *place = checksum_of(fs, buffer, &covered);
            if (*place != checksum(fs, buffer, covered, place)) {
                ext4_corrupted(fs, "block has a wrong checksum", block);
                error = -EBADMSG;
            }
        }
        if (error != 0) {
            buffer->kind = 0;
            ext4_block_put(fs, buffer);
            return error;
        }
    }
    *found = buffer;
    return 0;
}

int ext4_block_new(struct ext4 *fs, uint64_t block, enum ext4_kind kind, uint32_t seed,
                   struct block_buffer **made)
{
    int error = block_cache_new(&fs->cache, block, made);

    if (error == -EUCLEAN)
        return ext4_corrupted(fs, "free block is used", block);
    if (error != 0)
        return error;
    (*made)->kind = (uint8_t)kind;
    (*made)->seed = seed;
    return 0;
}
