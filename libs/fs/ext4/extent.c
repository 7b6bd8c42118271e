/*
 * The tree of extents by which a file's blocks are found: ifork.rst.
 */
#include "ext4.h"

#include <errno.h>
#include <string.h>

#define ROOT_ROOM ((sizeof(((struct ext4_inode *)0)->block) - sizeof(struct ext4_extent_header)) / 12)
#define NO_BLOCK ((uint64_t)1 << 32)

void ext4_extents_begin(struct ext4_node *node)
{
    struct ext4_extent_header *header = (struct ext4_extent_header *)node->inode->block;

    memset(node->inode->block, 0, sizeof(node->inode->block));
    header->magic = EXT4_EXTENT_MAGIC;
    header->max = ROOT_ROOM;
    node->inode->flags |= EXT4_INODE_EXTENTS;
}

bool ext4_extents_valid(const struct ext4 *fs, struct ext4_extent_header *header, uint32_t room)
{
    const struct ext4_extent *extent = ext4_extents(header);
    uint64_t next = 0;

    if (header->magic != EXT4_EXTENT_MAGIC || header->max == 0 || header->max > room ||
        header->entries > header->max || header->depth > EXT4_EXTENT_DEPTH_MAX ||
        (header->depth != 0 && header->entries == 0))
        return false;
    for (uint32_t i = 0; i < header->entries; i++, extent++) {
        uint64_t start = ext4_extent_start(extent);
        uint32_t length = ext4_extent_length(extent);

        if (header->depth != 0) {
            start = (uint64_t)extent->node_hi << 32 | extent->node_lo;
            length = 1;
        }
        if (extent->block < next || length == 0 || (uint64_t)extent->block + length > UINT32_MAX ||
            start <= fs->super.first_data_block || start >= fs->block_count ||
            length > fs->block_count - start)
            return false;
        next = (uint64_t)extent->block + length;
    }
    return true;
}

void ext4_path_put(struct ext4_path *path)
{
    for (int i = 0; i <= path->depth; i++)
        ext4_block_put(path->node->fs, path->level[i].buffer);
}

/* The last entry that begins at `block` or before; -1: none does. */
static int search(struct ext4_extent_header *header, uint32_t block)
{
    const struct ext4_extent *entries = ext4_extents(header);
    int low = 0, high = header->entries; /* entries before `low` are not behind, those from `high` on are */

    while (low < high) {
        int middle = (low + high) / 2;
        if (entries[middle].block <= block)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

int ext4_path_find(struct ext4_node *node, uint32_t block, struct ext4_path *path)
{
    struct ext4_extent_header *header = (struct ext4_extent_header *)node->inode->block;
    int level = 0;

    path->node = node;
    path->depth = 0;
    path->level[0].buffer = NULL;
    if (!(node->inode->flags & EXT4_INODE_EXTENTS) || !ext4_extents_valid(node->fs, header, ROOT_ROOM))
        return ext4_corrupted(node->fs, "extents of inode", node->number);
    for (;; level++) {
        const struct ext4_extent *entry;
        struct block_buffer *buffer;
        int error;

        path->level[level].header = header;
        path->level[level].at = search(header, block);
        if (header->depth == 0)
            return 0;
        if (path->level[level].at < 0)
            path->level[level].at = 0;
        entry = &ext4_extents(header)[path->level[level].at];
        error = ext4_block_get(node->fs, (uint64_t)entry->node_hi << 32 | entry->node_lo, EXT4_EXTENTS,
                               node->seed, &buffer);
        if (error == 0 && ((struct ext4_extent_header *)buffer->data)->depth != header->depth - 1) {
            ext4_block_put(node->fs, buffer);
            error = ext4_corrupted(node->fs, "depth of extents of inode", node->number);
        }
        if (error != 0) {
            ext4_path_put(path);
            return error;
        }
        header = buffer->data;
        path->depth = level + 1;
        path->level[level + 1].buffer = buffer;
    }
}

uint64_t ext4_path_next(const struct ext4_path *path)
{
    for (int i = path->depth; i >= 0; i--)
        if (path->level[i].at + 1 < path->level[i].header->entries)
            return ext4_extents(path->level[i].header)[path->level[i].at + 1].block;
    return NO_BLOCK;
}

int ext4_map(struct ext4_node *node, uint32_t block, struct ext4_mapping *mapping)
{
    struct ext4_path path;
    int error = ext4_path_find(node, block, &path);
    int at;

    if (error != 0)
        return error;
    at = path.level[path.depth].at;
    mapping->state = EXT4_HOLE;
    if (at >= 0) {
        const struct ext4_extent *extent = &ext4_extents(path.level[path.depth].header)[at];
        uint32_t into = block - extent->block, length = ext4_extent_length(extent);
        if (into < length) {
            mapping->physical = ext4_extent_start(extent) + into;
            mapping->count = length - into;
            mapping->state = extent->length > EXT4_EXTENT_LENGTH_MAX ? EXT4_UNWRITTEN : EXT4_WRITTEN;
        }
    }
    if (mapping->state == EXT4_HOLE) {
        uint64_t next = ext4_path_next(&path);
        mapping->physical = 0;
        mapping->count = next > block ? ext4_min(next - block, UINT32_MAX) : 0;
        if (mapping->count == 0)
            error = ext4_corrupted(node->fs, "order of extents of inode", node->number);
    }
    ext4_path_put(&path);
    return error;
}
