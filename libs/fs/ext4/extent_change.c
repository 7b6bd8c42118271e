/*
 * Entries in the tree of extents come and go.
 */
#include "ext4.h"

#include <errno.h>
#include <string.h>

static struct ext4_extent *leaf_entries(const struct ext4_path *path)
{
    return ext4_extents(path->level[path->depth].header);
}

/* Announces that the node of a level is about to change. */
static int change(struct ext4_path *path, int level)
{
    if (level == 0)
        return ext4_node_change(path->node, true);
    return ext4_block_change(path->node->fs, path->level[level].buffer);
}

/* The first entry of `level` begins somewhere else: those above it have to say so. */
static int correct_keys(struct ext4_path *path, int level)
{
    uint32_t block = ext4_extents(path->level[level].header)->block;

    while (level > 0) {
        struct ext4_extent *entry;
        int error = change(path, --level);
        if (error != 0)
            return error;
        entry = &ext4_extents(path->level[level].header)[path->level[level].at];
        entry->block = block;
        if (path->level[level].at != 0)
            break;
    }
    return 0;
}

static void set_extent(struct ext4_extent *extent, uint32_t block, uint64_t physical, uint32_t count,
                       bool unwritten)
{
    extent->block = block;
    extent->start_lo = (uint32_t)physical;
    extent->start_hi = (uint16_t)(physical >> 32);
    extent->length = (uint16_t)(unwritten ? count + EXT4_EXTENT_LENGTH_MAX : count);
}

/* Whether `b` goes on where `a` ends, and both can be one extent. */
static bool joins(const struct ext4_extent *a, const struct ext4_extent *b)
{
    uint32_t first = ext4_extent_length(a), second = ext4_extent_length(b);
    bool unwritten = a->length > EXT4_EXTENT_LENGTH_MAX;

    return unwritten == (b->length > EXT4_EXTENT_LENGTH_MAX) && a->block + first == b->block &&
           ext4_extent_start(a) + first == ext4_extent_start(b) &&
           first + second <= EXT4_EXTENT_LENGTH_MAX - unwritten;
}

static void delete_entry(struct ext4_extent_header *header, int at)
{
    struct ext4_extent *entries = ext4_extents(header);

    header->entries--;
    memmove(&entries[at], &entries[at + 1], (size_t)(header->entries - at) * sizeof(*entries));
}

/* A tree of two levels whose leaf fits into the inode needs only one. */
static int shrink(struct ext4_node *node)
{
    struct ext4 *fs = node->fs;
    struct ext4_extent_header *root = (struct ext4_extent_header *)node->inode->block, *leaf;
    struct ext4_path path;
    uint64_t block;
    int error;

    if (root->depth != 1 || root->entries != 1)
        return 0;
    error = ext4_path_find(node, 0, &path);
    if (error != 0)
        return error;
    leaf = path.level[1].header;
    block = path.level[1].buffer->block;
    if (leaf->entries > root->max) {
        ext4_path_put(&path);
        return 0;
    }
    error = ext4_node_change(node, true);
    if (error == 0) {
        root->depth = 0;
        root->entries = leaf->entries;
        memcpy(root + 1, leaf + 1, leaf->entries * sizeof(struct ext4_extent));
        ext4_add_blocks(node, -1);
    }
    ext4_path_put(&path);
    return error != 0 ? error : ext4_blocks_free(fs, block, 1, true);
}

/* Adds an extent to those beside it, if it can be one with them. Returns 1 if that was done. */
static int merge(struct ext4_path *path, const struct ext4_extent *new)
{
    struct ext4_extent_header *leaf = path->level[path->depth].header;
    struct ext4_extent *entries = leaf_entries(path);
    int at = path->level[path->depth].at, error;
    bool left = at >= 0 && joins(&entries[at], new);
    bool right = at + 1 < leaf->entries && joins(new, &entries[at + 1]);

    if (!left && !right)
        return 0;
    error = change(path, path->depth);
    if (error != 0)
        return error;
    if (left) {
        entries[at].length = (uint16_t)(entries[at].length + ext4_extent_length(new));
        if (at + 1 < leaf->entries && joins(&entries[at], &entries[at + 1])) {
            entries[at].length = (uint16_t)(entries[at].length + ext4_extent_length(&entries[at + 1]));
            delete_entry(leaf, at + 1);
        }
        return 1;
    }
    set_extent(&entries[at + 1], new->block, ext4_extent_start(new),
               ext4_extent_length(new) + ext4_extent_length(&entries[at + 1]),
               new->length > EXT4_EXTENT_LENGTH_MAX);
    error = at + 1 == 0 ? correct_keys(path, path->depth) : 0;
    return error != 0 ? error : 1;
}

int ext4_extent_insert(struct ext4_node *node, uint32_t block, uint64_t physical, uint32_t count,
                       bool unwritten)
{
    struct ext4_path path;
    struct ext4_extent new;
    int error;

    set_extent(&new, block, physical, count, unwritten);
    for (;;) {
        struct ext4_extent_header *leaf;
        struct ext4_extent *entries;
        int at;

        error = ext4_path_find(node, block, &path);
        if (error != 0)
            return error;
        error = merge(&path, &new);
        if (error != 0)
            break;
        leaf = path.level[path.depth].header;
        if (leaf->entries == leaf->max) {
            error = ext4_extent_split(&path);
            ext4_path_put(&path);
            if (error != 0)
                return error;
            continue;
        }
        error = change(&path, path.depth);
        if (error != 0)
            break;
        at = path.level[path.depth].at + 1;
        entries = leaf_entries(&path);
        memmove(&entries[at + 1], &entries[at], (size_t)(leaf->entries - at) * sizeof(*entries));
        entries[at] = new;
        leaf->entries++;
        if (at == 0)
            error = correct_keys(&path, path.depth);
        break;
    }
    ext4_path_put(&path);
    if (error < 0)
        return error;
    return error == 1 ? shrink(node) : 0;
}

/* Takes the entry of the path's leaf out, with the nodes that are empty then. Puts the path. */
static int delete (struct ext4_path *path)
{
    struct ext4_node *node = path->node;
    struct ext4 *fs = node->fs;
    int level = path->depth, error;
    uint64_t freed[EXT4_EXTENT_DEPTH_MAX];
    int freed_count = 0;

    for (;; level--) {
        error = change(path, level);
        if (error != 0)
            break;
        delete_entry(path->level[level].header, path->level[level].at);
        if (path->level[level].header->entries != 0) {
            if (path->level[level].at == 0)
                error = correct_keys(path, level);
            break;
        }
        if (level == 0) {
            path->level[0].header->depth = 0;
            break;
        }
        freed[freed_count++] = path->level[level].buffer->block;
    }
    ext4_path_put(path);
    if (error != 0)
        return error;
    if (freed_count != 0) {
        error = ext4_node_change(node, true);
        if (error == 0)
            ext4_add_blocks(node, -freed_count);
    }
    for (int i = 0; i < freed_count && error == 0; i++)
        error = ext4_blocks_free(fs, freed[i], 1, true);
    return error != 0 ? error : shrink(node);
}

long ext4_extent_remove(struct ext4_node *node, uint64_t from, uint64_t to, bool keep)
{
    struct ext4_path path;
    struct ext4_extent *extent, old;
    uint64_t next, end, physical;
    uint32_t first, count;
    bool unwritten;
    int at, error;

    for (;;) { /* to the extent that reaches into the range, or begins in it */
        if (from >= to || from >= UINT32_MAX)
            return 0;
        error = ext4_path_find(node, (uint32_t)from, &path);
        if (error != 0)
            return error;
        at = path.level[path.depth].at;
        extent = &leaf_entries(&path)[at];
        if (at >= 0 && (uint64_t)extent->block + ext4_extent_length(extent) > from)
            break;
        next = ext4_path_next(&path);
        ext4_path_put(&path);
        if (next >= to)
            return 0;
        if (next <= from)
            return ext4_corrupted(node->fs, "order of extents of inode", node->number);
        from = next;
    }
    old = *extent;
    unwritten = old.length > EXT4_EXTENT_LENGTH_MAX;
    end = (uint64_t)old.block + ext4_extent_length(&old);
    first = (uint32_t)from;
    count = (uint32_t)((end < to ? end : to) - from);
    physical = ext4_extent_start(&old) + (first - old.block);
    if (first == old.block && count == ext4_extent_length(&old)) {
        error = delete (&path);
    } else {
        error = change(&path, path.depth);
        if (error == 0 && first == old.block) {
            set_extent(extent, first + count, physical + count, (uint32_t)(end - first - count), unwritten);
            if (at == 0)
                error = correct_keys(&path, path.depth);
        } else if (error == 0) {
            set_extent(extent, old.block, ext4_extent_start(&old), first - old.block, unwritten);
        }
        ext4_path_put(&path);
        if (error == 0 && first != old.block && first + count != end)
            error = ext4_extent_insert(node, first + count, physical + count, (uint32_t)(end - first - count),
                                       unwritten);
    }
    if (error == 0 && !keep) {
        error = ext4_node_change(node, true);
        if (error == 0) {
            ext4_add_blocks(node, -(int64_t)count);
            error = ext4_blocks_free(node->fs, physical, count, node->vnode.type != VNODE_FILE);
        }
    }
    return error != 0 ? error : (long)count;
}
