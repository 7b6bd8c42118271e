/*
 * Finding names by their hash: directory.rst, "Hash Tree Directories". Ranges of hashes lead from the root,
 * sometimes through one more level of nodes, to blocks of entries. Where the names of one hash did not stay
 * in one block, the next one's hash is odd.
 */
#include "directory.h"

#include <errno.h>

struct ext4_tree_entry *ext4_tree_entries(const struct block_buffer *buffer, bool root)
{
    return (struct ext4_tree_entry *)((char *)buffer->data +
                                      (root ? EXT4_TREE_ROOT_OFFSET : EXT4_TREE_NODE_OFFSET));
}

static const struct ext4_tree_info *info_of(const struct block_buffer *root)
{
    return (struct ext4_tree_info *)((char *)root->data + EXT4_TREE_ROOT_OFFSET -
                                     sizeof(struct ext4_tree_info));
}

bool ext4_tree_valid(const struct ext4 *fs, const struct block_buffer *buffer, bool root)
{
    const struct ext4_tree_entry *entries = ext4_tree_entries(buffer, root);
    const struct ext4_entry *first = ext4_entry_at(buffer, 0), *second = ext4_entry_at(buffer, 12);
    uint32_t room = fs->block_size - (root ? EXT4_TREE_ROOT_OFFSET : EXT4_TREE_NODE_OFFSET) -
                    (fs->checksums ? (uint32_t)sizeof(struct ext4_tree_tail) : 0);

    if (entries->limit != room / sizeof(*entries) || entries->count == 0 || entries->count > entries->limit)
        return false;
    for (uint32_t i = 2; i < entries->count; i++)
        if (entries[i].hash < entries[i - 1].hash)
            return false;
    if (!root)
        return first->inode == 0 && first->length == fs->block_size;
    return first->length == 12 && first->name_length == 1 && second->length == fs->block_size - 12 &&
           second->name_length == 2 && info_of(buffer)->info_length == sizeof(struct ext4_tree_info) &&
           info_of(buffer)->zero == 0 && info_of(buffer)->hash_version <= 5 && info_of(buffer)->levels <= 1;
}

uint8_t ext4_tree_hash_version(struct ext4_node *dir, const struct block_buffer *root)
{
    return root != NULL ? info_of(root)->hash_version : dir->fs->hash_version;
}

void ext4_tree_path_put(struct ext4_node *dir, struct ext4_tree_path *path)
{
    for (int i = 0; i <= path->levels; i++)
        ext4_block_put(dir->fs, path->level[i].buffer);
}

static uint32_t search(const struct ext4_tree_entry *entries, uint32_t hash)
{
    uint32_t low = 1, high = entries->count; /* the first has no hash: it is for all before the second */

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (entries[middle].hash <= hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

static int get_node(struct ext4_node *dir, struct ext4_tree_path *path)
{
    int error = ext4_directory_block(dir, path->level[0].entries[path->level[0].at].block, EXT4_TREE_NODE,
                                     &path->level[1].buffer);

    if (error == 0)
        path->level[1].entries = ext4_tree_entries(path->level[1].buffer, false);
    return error;
}

int ext4_tree_path_find(struct ext4_node *dir, uint32_t hash, struct ext4_tree_path *path)
{
    int error = ext4_directory_block(dir, 0, EXT4_TREE_ROOT, &path->level[0].buffer);

    if (error != 0)
        return error;
    path->levels = 0;
    path->level[0].entries = ext4_tree_entries(path->level[0].buffer, true);
    path->level[0].at = search(path->level[0].entries, hash);
    if (info_of(path->level[0].buffer)->levels == 0)
        return 0;
    error = get_node(dir, path);
    if (error != 0) {
        ext4_tree_path_put(dir, path);
        return error;
    }
    path->levels = 1;
    path->level[1].at = search(path->level[1].entries, hash);
    return 0;
}

int ext4_tree_path_leaf(struct ext4_node *dir, struct ext4_tree_path *path, struct block_buffer **leaf)
{
    return ext4_directory_block(dir, path->level[path->levels].entries[path->level[path->levels].at].block,
                                EXT4_DIRECTORY, leaf);
}

int ext4_tree_path_next(struct ext4_node *dir, struct ext4_tree_path *path, uint32_t *hash)
{
    int level = path->levels, error;

    while (level >= 0 && path->level[level].at + 1 >= path->level[level].entries->count)
        level--;
    if (level < 0)
        return 0;
    path->level[level].at++;
    *hash = path->level[level].entries[path->level[level].at].hash;
    if (level < path->levels) {
        ext4_block_put(dir->fs, path->level[1].buffer);
        path->levels = 0;
        error = get_node(dir, path);
        if (error != 0) {
            ext4_tree_path_put(dir, path);
            return error;
        }
        path->levels = 1;
        path->level[1].at = 0;
    }
    return 1;
}

int ext4_tree_find(struct ext4_node *dir, const char *name, size_t length, struct ext4_place *place)
{
    struct ext4_tree_path path;
    struct block_buffer *leaf;
    uint32_t hash = 0, next;
    int error = ext4_directory_block(dir, 0, EXT4_TREE_ROOT, &leaf);

    if (error != 0)
        return error;
    hash = ext4_hash(dir->fs, ext4_tree_hash_version(dir, leaf), name, length).major;
    ext4_block_put(dir->fs, leaf);
    error = ext4_tree_path_find(dir, hash, &path);
    if (error != 0)
        return error;
    do {
        error = ext4_tree_path_leaf(dir, &path, &leaf);
        if (error != 0)
            break;
        error = ext4_directory_find_in(dir->fs, leaf, name, length, place);
        if (error != -ENOENT)
            break;
        ext4_block_put(dir->fs, leaf);
        error = ext4_tree_path_next(dir, &path, &next);
        if (error < 0)
            return error;
        if (error == 0 || next != (hash | 1)) {
            error = -ENOENT;
            break;
        }
    } while (true);
    ext4_tree_path_put(dir, &path);
    return error;
}
