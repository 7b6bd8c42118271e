/*
 * Trees of names grow: blocks are split, and so are nodes.
 */
#include "directory.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

/* An entry of a block that is being split. */
struct item {
    uint32_t hash;
    uint32_t offset;
};

static uint32_t limit_of(const struct ext4 *fs, uint32_t offset)
{
    uint32_t tail = fs->checksums ? (uint32_t)sizeof(struct ext4_tree_tail) : 0;

    return (fs->block_size - offset - tail) / (uint32_t)sizeof(struct ext4_tree_entry);
}

int ext4_tree_begin(struct ext4_node *dir)
{
    struct ext4 *fs = dir->fs;
    struct block_buffer *root, *leaf;
    struct ext4_tree_entry *entries;
    struct ext4_tree_info *info;
    struct ext4_entry *second, *last, *entry;
    uint32_t block, room = ext4_directory_room(fs), moved;
    int error = ext4_directory_block(dir, 0, EXT4_DIRECTORY, &root);

    if (error != 0)
        return error;
    second = ext4_entry_at(root, 12);
    if (ext4_entry_at(root, 0)->length != 12 || second->name_length != 2 || second->name[0] != '.') {
        ext4_block_put(fs, root);
        return ext4_corrupted(fs, "no .. in directory", dir->number);
    }
    error = ext4_directory_append(dir, EXT4_DIRECTORY, &block, &leaf);
    if (error == 0) {
        error = ext4_block_change(fs, root);
        if (error == 0) {
            ext4_directory_empty(fs, leaf);
            second = ext4_entry_at(root, 12);
            moved = 12u + second->length;
            /* All that stands behind "..", moved to the front; the last one reaches to the end. */
            if (moved < room) {
                memcpy(leaf->data, ext4_entry_at(root, moved), room - moved);
                last = ext4_entry_at(leaf, 0);
                for (uint32_t at = 0; at < room - moved; at += entry->length)
                    last = entry = ext4_entry_at(leaf, at);
                last->length = (uint16_t)(last->length + moved);
            }
            second->length = (uint16_t)(fs->block_size - 12);
            memset((char *)root->data + 24, 0, fs->block_size - 24);
            info = (struct ext4_tree_info *)((char *)root->data + 24);
            info->hash_version = fs->hash_version % 3;
            info->info_length = sizeof(*info);
            entries = ext4_tree_entries(root, true);
            entries->limit = (uint16_t)limit_of(fs, EXT4_TREE_ROOT_OFFSET);
            entries->count = 1;
            entries->block = block;
            root->kind = EXT4_TREE_ROOT;
            dir->inode->flags |= EXT4_INODE_INDEX;
        }
        ext4_block_put(fs, leaf);
    }
    ext4_block_put(fs, root);
    return error;
}

static void insert(struct ext4_tree_entry *entries, uint32_t at, uint32_t hash, uint32_t block)
{
    memmove(&entries[at + 1], &entries[at], (entries->count - at) * sizeof(*entries));
    entries[at].hash = hash;
    entries[at].block = block;
    entries->count++;
}

/* Moves the last half of a full node, or all that the root holds, into a new node. */
static int make_room(struct ext4_node *dir, struct ext4_tree_path *path)
{
    struct ext4 *fs = dir->fs;
    struct ext4_tree_entry *from = path->level[path->levels].entries, *to;
    struct block_buffer *buffer;
    uint32_t block, half = path->levels == 0 ? 0 : from->count / 2, hash;
    int error = 0;

    if (path->levels == 1 && path->level[0].entries->count == path->level[0].entries->limit)
        return -ENOSPC; /* as large as a directory can be */
    for (int i = 0; i <= path->levels && error == 0; i++)
        error = ext4_block_change(fs, path->level[i].buffer);
    if (error == 0)
        error = ext4_directory_append(dir, EXT4_TREE_NODE, &block, &buffer);
    if (error != 0)
        return error;
    ext4_entry_at(buffer, 0)->length = (uint16_t)fs->block_size;
    to = ext4_tree_entries(buffer, false);
    hash = from[half].hash;
    memcpy(to, from + half, (from->count - half) * sizeof(*to));
    to->count = (uint16_t)(from->count - half);
    to->limit = (uint16_t)limit_of(fs, EXT4_TREE_NODE_OFFSET);
    if (path->levels == 0) {
        ((struct ext4_tree_info *)((char *)path->level[0].buffer->data + 24))->levels = 1;
        from->count = 1;
        from->block = block;
    } else {
        from->count = (uint16_t)half;
        insert(path->level[0].entries, path->level[0].at + 1, hash, block);
    }
    ext4_block_put(fs, buffer);
    return 0;
}

/* Lists the entries of a block by their hashes; returns how many. */
static uint32_t list(const struct ext4 *fs, uint8_t version, const struct block_buffer *leaf,
                     struct item *items)
{
    uint32_t count = 0, room = ext4_directory_room(fs);
    const struct ext4_entry *entry;

    for (uint32_t offset = 0; offset < room; offset += entry->length) {
        struct item item = {0, offset};
        uint32_t at = count;
        entry = ext4_entry_at(leaf, offset);
        if (entry->inode == 0)
            continue;
        item.hash = ext4_hash(fs, version, entry->name, entry->name_length).major;
        for (; at > 0 && items[at - 1].hash > item.hash; at--)
            items[at] = items[at - 1];
        items[at] = item;
        count++;
    }
    return count;
}

/* Fills a block with entries of another one's content. */
static void refill(struct ext4 *fs, struct block_buffer *buffer, const char *from, const struct item *items,
                   uint32_t count)
{
    uint32_t offset = 0;
    struct ext4_entry *entry = ext4_entry_at(buffer, 0);

    ext4_directory_empty(fs, buffer);
    for (uint32_t i = 0; i < count; i++) {
        const struct ext4_entry *old = (struct ext4_entry *)(from + items[i].offset);
        entry = ext4_entry_at(buffer, offset);
        memcpy(entry, old, 8u + old->name_length);
        entry->length = (uint16_t)ext4_entry_room(old->name_length);
        offset += entry->length;
    }
    if (count != 0)
        entry->length = (uint16_t)(entry->length + ext4_directory_room(fs) - offset);
}

/* Moves about half of a full block, those of higher hashes, into a new block. The node above it has room. */
static int split(struct ext4_node *dir, struct ext4_tree_path *path, struct block_buffer *leaf)
{
    struct ext4 *fs = dir->fs;
    uint8_t version = ext4_tree_hash_version(dir, path->level[0].buffer);
    uint32_t size = fs->block_size, count, half, used = 0, block;
    struct item *items = heap_alloc(size + size / 12 * sizeof(*items));
    char *copy;
    struct block_buffer *buffer;
    int error;

    if (items == NULL)
        return -ENOMEM;
    copy = (char *)(items + size / 12);
    memcpy(copy, leaf->data, size);
    count = list(fs, version, leaf, items);
    for (half = 0; half + 1 < count && used < size / 2; half++)
        used += ext4_entry_room(((struct ext4_entry *)(copy + items[half].offset))->name_length);
    error = count < 2 ? -ENOSPC : ext4_block_change(fs, leaf);
    if (error == 0)
        error = ext4_block_change(fs, path->level[path->levels].buffer);
    if (error == 0)
        error = ext4_directory_append(dir, EXT4_DIRECTORY, &block, &buffer);
    if (error == 0) {
        refill(fs, leaf, copy, items, half);
        refill(fs, buffer, copy, items + half, count - half);
        ext4_block_put(fs, buffer);
        insert(path->level[path->levels].entries, path->level[path->levels].at + 1,
               items[half].hash | (items[half].hash == items[half - 1].hash), block);
    }
    heap_free(items);
    return error;
}

int ext4_tree_add(struct ext4_node *dir, const char *name, size_t length, uint32_t number, uint32_t mode)
{
    struct ext4 *fs = dir->fs;
    struct ext4_tree_path path;
    struct block_buffer *leaf;
    uint32_t hash;
    int error;

    /* Each round has less to do: a node is split, then a block, perhaps once more for a long name. */
    for (int round = 0; round < 8; round++) {
        error = ext4_tree_path_find(dir, 0, &path);
        if (error != 0)
            return error;
        hash = ext4_hash(fs, ext4_tree_hash_version(dir, path.level[0].buffer), name, length).major;
        ext4_tree_path_put(dir, &path);
        error = ext4_tree_path_find(dir, hash, &path);
        if (error != 0)
            return error;
        error = ext4_tree_path_leaf(dir, &path, &leaf);
        if (error == 0) {
            const struct ext4_tree_entry *above = path.level[path.levels].entries;
            error = ext4_directory_add_to(fs, leaf, name, length, number, mode);
            if (error != -ENOSPC)
                round = 8;
            else if (above->count == above->limit)
                error = make_room(dir, &path);
            else
                error = split(dir, &path, leaf);
            ext4_block_put(fs, leaf);
        }
        ext4_tree_path_put(dir, &path);
        if (error != 0 || round == 8)
            return error;
    }
    return -ENOSPC;
}
