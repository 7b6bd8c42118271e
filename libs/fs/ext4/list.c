/*
 * Listing directories. The order is that of the names' hashes, so that a listing that is interrupted goes on
 * where it was, whatever has been split meanwhile; where a directory is a plain sequence of blocks, that of
 * the entries.
 *
 * Entries are offered without holding the lock: who takes them may touch memory for which the file system has
 * to read.
 */
#include "directory.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

struct item {
    uint64_t key; /* grows in the order of the listing, above 0 */
    uint32_t inode;
    uint32_t offset; /* of the name, in `copy` */
    uint8_t length, type;
};

struct listing {
    struct ext4 *fs;
    uint64_t from;  /* smallest key that is wanted */
    uint64_t next;  /* where the blocks begin that have not been read; 0: there are none */
    uint32_t count; /* of items */
    struct item *items;
    char *copy; /* of blocks */
    uint32_t blocks, room;
};

static const uint32_t types[8] = {[1] = VNODE_FILE, [2] = VNODE_DIRECTORY, [3] = VNODE_DEVICE, [4] = 0060000,
                                  [5] = VNODE_FIFO, [6] = VNODE_SOCKET,    [7] = VNODE_SYMLINK};

/* A hash's place in the order, behind that of "nothing has been read". */
static uint64_t key_of(struct ext4_hash hash)
{
    return ((uint64_t)(hash.major >> 1) << 32 | hash.minor) + 1;
}

/* Takes the entries of a block into the listing; version -1: in the order in which they stand in it. */
static int gather(struct listing *listing, const struct block_buffer *buffer, int version, uint64_t position)
{
    const struct ext4 *fs = listing->fs;
    uint32_t room = ext4_directory_room(fs), size = fs->block_size;
    const struct ext4_entry *entry;

    if (listing->blocks == listing->room) {
        uint32_t more = listing->room + 2;
        struct item *items = heap_realloc(listing->items, more * (size / 12) * sizeof(*items));
        char *copy = items == NULL ? NULL : heap_realloc(listing->copy, (size_t)more * size);
        listing->items = items != NULL ? items : listing->items;
        if (copy == NULL)
            return -ENOMEM;
        listing->copy = copy;
        listing->room = more;
    }
    memcpy(listing->copy + (size_t)listing->blocks * size, buffer->data, size);
    for (uint32_t offset = 0; offset < room; offset += entry->length) {
        struct item item = {.key = position + offset + 1, .offset = listing->blocks * size + offset + 8};
        uint32_t at = listing->count;

        entry = ext4_entry_at(buffer, offset);
        if (entry->inode == 0 ||
            (entry->name[0] == '.' &&
             (entry->name_length == 1 || (entry->name_length == 2 && entry->name[1] == '.'))))
            continue;
        if (version >= 0)
            item.key = key_of(ext4_hash(fs, (uint8_t)version, entry->name, entry->name_length));
        if (item.key < listing->from)
            continue;
        item.inode = entry->inode;
        item.length = entry->name_length;
        item.type = entry->type & 7;
        for (; at > 0 && listing->items[at - 1].key > item.key; at--)
            listing->items[at] = listing->items[at - 1];
        listing->items[at] = item;
        listing->count++;
    }
    listing->blocks++;
    return 0;
}

/* One block of a plain sequence. */
static int gather_block(struct listing *listing, struct ext4_node *dir)
{
    uint32_t bits = dir->fs->block_bits, block = (uint32_t)((listing->from - 1) >> bits);
    struct block_buffer *buffer;
    int error;

    if (block >= ext4_size(dir) >> bits)
        return 0;
    error = ext4_directory_block(dir, block, EXT4_DIRECTORY, &buffer);
    if (error != 0)
        return error;
    error = gather(listing, buffer, -1, (uint64_t)block << bits);
    ext4_block_put(dir->fs, buffer);
    listing->next = ((uint64_t)(block + 1) << bits) + 1;
    return error;
}

/* The blocks of a tree that have the wanted hash, and all that go on with their last one. */
static int gather_leaves(struct listing *listing, struct ext4_node *dir)
{
    struct ext4_tree_path path;
    struct block_buffer *buffer;
    uint32_t hash = (uint32_t)((listing->from - 1) >> 32) << 1;
    int error = ext4_tree_path_find(dir, hash, &path);

    if (error != 0)
        return error;
    for (;;) {
        uint8_t version = ext4_tree_hash_version(dir, path.level[0].buffer);

        error = ext4_tree_path_leaf(dir, &path, &buffer);
        if (error == 0) {
            error = gather(listing, buffer, version, 0);
            ext4_block_put(dir->fs, buffer);
        }
        if (error != 0)
            break;
        error = ext4_tree_path_next(dir, &path, &hash);
        if (error < 0)
            return error;
        if (error == 0 || !(hash & 1))
            break;
        if (listing->blocks > 256) {
            error = ext4_corrupted(dir->fs, "order of directory", dir->number);
            break;
        }
    }
    ext4_tree_path_put(dir, &path);
    if (error == 1) {
        listing->next = key_of((struct ext4_hash){hash, 0});
        error =
            listing->next > listing->from ? 0 : ext4_corrupted(dir->fs, "order of directory", dir->number);
    }
    return error;
}

static int gather_more(struct listing *listing, struct ext4_node *dir)
{
    struct block_buffer *buffer;
    int error;

    listing->next = 0;
    listing->count = listing->blocks = 0;
    if (ext4_is_tree(dir))
        return gather_leaves(listing, dir);
    if (!(dir->fs->super.feature_compat & EXT4_COMPAT_DIR_INDEX) || ext4_size(dir) != dir->fs->block_size)
        return gather_block(listing, dir);
    /* It may become a tree while it is being read. */
    error = ext4_directory_block(dir, 0, EXT4_DIRECTORY, &buffer);
    if (error != 0)
        return error;
    error = gather(listing, buffer, dir->fs->hash_version, 0);
    ext4_block_put(dir->fs, buffer);
    return error;
}

int ext4_directory_entries(struct vnode *vnode, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    struct ext4_node *dir = ext4_node_of(vnode);
    struct listing listing = {.fs = dir->fs, .from = cookie == 0 ? 1 : cookie};
    bool more = true;
    int error = 0;

    while (more && error == 0) {
        wait_lock_take(&dir->fs->lock);
        error = dir->inode->links_count != 0 ? gather_more(&listing, dir) : 0;
        wait_lock_give(&dir->fs->lock);
        more = error == 0 && listing.next != 0;
        for (uint32_t i = 0; i < listing.count && error == 0; i++) {
            const struct item *item = &listing.items[i];
            if (!take(context, listing.copy + item->offset, item->length, item->inode, types[item->type],
                      item->key + 1)) {
                more = false;
                break;
            }
        }
        listing.from = listing.next;
    }
    heap_free(listing.items);
    heap_free(listing.copy);
    return error;
}
