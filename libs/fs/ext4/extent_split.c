/*
 * Room in a full tree of extents.
 */
#include "ext4.h"

#include <errno.h>
#include <string.h>

/* A new node, empty, as a block of the file. */
static int new_node(struct ext4_node *node, uint16_t depth, struct block_buffer **buffer)
{
    struct ext4 *fs = node->fs;
    struct ext4_extent_header *header;
    uint64_t block;
    uint32_t count;
    int error = ext4_node_change(node, true);

    if (error == 0)
        error = ext4_blocks_allocate(
            fs, ext4_group_start(fs, (node->number - 1) / fs->super.inodes_per_group), 1, &block, &count);
    if (error == 0)
        error = ext4_block_new(fs, block, EXT4_EXTENTS, node->seed, buffer);
    if (error != 0)
        return error;
    ext4_add_blocks(node, 1);
    header = (*buffer)->data;
    header->magic = EXT4_EXTENT_MAGIC;
    header->max = (uint16_t)((fs->block_size - sizeof(*header)) / sizeof(struct ext4_extent));
    header->depth = depth;
    return 0;
}

static void set_node(struct ext4_extent *entry, uint32_t first, uint64_t place)
{
    *entry =
        (struct ext4_extent){.block = first, .node_lo = (uint32_t)place, .node_hi = (uint16_t)(place >> 32)};
}

/* Moves what the inode holds into a node of its own, so that the tree has one level more. */
static int grow(struct ext4_path *path)
{
    struct ext4_extent_header *root = path->level[0].header, *header;
    struct block_buffer *buffer;
    int error;

    if (root->depth == EXT4_EXTENT_DEPTH_MAX)
        return -EFBIG;
    error = new_node(path->node, root->depth, &buffer);
    if (error != 0)
        return error;
    header = buffer->data;
    header->entries = root->entries;
    memcpy(header + 1, root + 1, root->entries * sizeof(struct ext4_extent));
    root->depth++;
    root->entries = 1;
    set_node(ext4_extents(root), ext4_extents(header)->block, buffer->block);
    ext4_block_put(path->node->fs, buffer);
    return 0;
}

int ext4_extent_split(struct ext4_path *path)
{
    struct ext4 *fs = path->node->fs;
    struct ext4_extent_header *full, *parent, *header;
    struct ext4_extent *entries;
    struct block_buffer *buffer;
    int level = path->depth, error, from, at;

    while (level > 0 && path->level[level - 1].header->entries == path->level[level - 1].header->max)
        level--;
    if (level == 0)
        return grow(path);
    full = path->level[level].header;
    parent = path->level[level - 1].header;
    error = new_node(path->node, full->depth, &buffer);
    if (error != 0)
        return error;
    error = ext4_block_change(fs, path->level[level].buffer);
    if (error == 0 && path->level[level - 1].buffer != NULL)
        error = ext4_block_change(fs, path->level[level - 1].buffer);
    if (error == 0) {
        /* Files mostly grow at their end: then the old node stays full. */
        from = path->level[level].at == full->entries - 1 ? full->entries - 1 : full->entries / 2;
        if (full->entries == 1)
            from = 0;
        header = buffer->data;
        header->entries = (uint16_t)(full->entries - from);
        memcpy(header + 1, ext4_extents(full) + from, header->entries * sizeof(struct ext4_extent));
        full->entries = (uint16_t)from;
        at = path->level[level - 1].at + 1;
        entries = ext4_extents(parent);
        memmove(&entries[at + 1], &entries[at], (size_t)(parent->entries - at) * sizeof(*entries));
        set_node(&entries[at], ext4_extents(header)->block, buffer->block);
        parent->entries++;
    }
    ext4_block_put(fs, buffer);
    return error;
}
