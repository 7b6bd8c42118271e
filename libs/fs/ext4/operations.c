/*
 * The operations of struct vnode_ops: each takes the lock, and what changes something is one operation or
 * several.
 */
#include "names.h"

#include <errno.h>
#include <string.h>

static struct ext4 *enter(struct vnode *vnode)
{
    struct ext4 *fs = ext4_node_of(vnode)->fs;

    wait_lock_take(&fs->lock);
    return fs;
}

static int leave(struct ext4 *fs, int result)
{
    wait_lock_give(&fs->lock);
    return result;
}

static int lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct ext4 *fs = enter(dir);
    struct ext4_node *node;
    int error = length > VNODE_NAME_MAX ? -ENAMETOOLONG : ext4_lookup(ext4_node_of(dir), name, length, &node);

    if (error == 0)
        *found = &node->vnode;
    return leave(fs, error);
}

static int create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                  struct vnode **made)
{
    struct ext4 *fs = enter(dir);
    struct ext4_node *node;
    int error = ext4_create(ext4_node_of(dir), name, length, what, &node);

    if (error == 0)
        *made = &node->vnode;
    return leave(fs, error);
}

static int make_link(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct ext4 *fs = enter(dir);
    int error;

    do {
        error = ext4_begin(fs);
        if (error == 0)
            error = ext4_end(fs, ext4_link(ext4_node_of(dir), name, length, ext4_node_of(file)));
    } while (ext4_again(fs, error));
    return leave(fs, error);
}

static int unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    struct ext4 *fs = enter(dir);
    int error = ext4_begin(fs);

    if (error == 0)
        error = ext4_end(fs, ext4_unlink(ext4_node_of(dir), name, length, ext4_node_of(file)));
    return leave(fs, error);
}

static int rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                  const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags)
{
    const struct ext4_rename r = {
        .from = ext4_node_of(from),
        .file = ext4_node_of(file),
        .to = ext4_node_of(to),
        .replaced = replaced != NULL ? ext4_node_of(replaced) : NULL,
        .name = name,
        .new_name = new_name,
        .length = length,
        .new_length = new_length,
        .flags = flags,
    };
    struct ext4 *fs = enter(from);
    int error;

    do {
        error = flags & ~(VNODE_RENAME_NOREPLACE | VNODE_RENAME_EXCHANGE) ? -EINVAL : ext4_begin(fs);
        if (error == 0)
            error = ext4_end(fs, ext4_rename(&r));
    } while (ext4_again(fs, error));
    return leave(fs, error);
}

/* A symbolic link's target stands in the inode, or in a block of metadata. */
static long read_target(struct ext4_node *node, void *buffer, size_t size, uint64_t offset)
{
    uint64_t end = ext4_size(node);
    struct ext4_mapping mapping;
    struct block_buffer *block;
    int error;

    if (offset >= end)
        return 0;
    if (size > end - offset)
        size = (size_t)(end - offset);
    if (!(node->inode->flags & EXT4_INODE_EXTENTS)) {
        memcpy(buffer, (char *)node->inode->block + offset, size);
        return (long)size;
    }
    error = ext4_map(node, 0, &mapping);
    if (error == 0 && mapping.state != EXT4_WRITTEN)
        error = ext4_corrupted(node->fs, "target of symbolic link", node->number);
    if (error == 0)
        error = ext4_block_get(node->fs, mapping.physical, EXT4_PLAIN, 0, &block);
    if (error != 0)
        return error;
    memcpy(buffer, (char *)block->data + offset, size);
    ext4_block_put(node->fs, block);
    return (long)size;
}

static long read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct ext4 *fs = enter(file);
    long n = file->type == VNODE_SYMLINK ? read_target(ext4_node_of(file), buffer, size, offset)
                                         : ext4_read(ext4_node_of(file), buffer, size, offset);

    wait_lock_give(&fs->lock);
    return n;
}

static long write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    struct ext4 *fs = enter(file);
    long n = ext4_write(ext4_node_of(file), data, size, offset);

    wait_lock_give(&fs->lock);
    return n;
}

static long rewrite(struct vnode *file, const struct vnode_piece *pieces, size_t count)
{
    struct ext4 *fs = enter(file);
    long n = ext4_rewrite(ext4_node_of(file), pieces, count);

    wait_lock_give(&fs->lock);
    return n;
}

static int allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size)
{
    struct ext4 *fs = enter(file);

    return leave(fs, ext4_allocate_range(ext4_node_of(file), mode, offset, size));
}

static int set_inode(struct ext4_node *node, const struct vnode_attributes *a, unsigned which)
{
    struct ext4_inode *inode = node->inode;
    int error = ext4_node_change(node, false);

    if (error != 0)
        return error;
    if (which & VNODE_SET_MODE)
        inode->mode = (uint16_t)((inode->mode & VNODE_TYPE_MASK) | (a->mode & ~VNODE_TYPE_MASK));
    if (which & VNODE_SET_USER) {
        inode->uid = (uint16_t)a->user;
        inode->uid_high = (uint16_t)(a->user >> 16);
    }
    if (which & VNODE_SET_GROUP) {
        inode->gid = (uint16_t)a->group;
        inode->gid_high = (uint16_t)(a->group >> 16);
    }
    if (which & VNODE_SET_ACCESS_TIME)
        ext4_set_times(node, EXT4_ACCESS_TIME, a->access_time != VNODE_NOW ? a->access_time : ext4_now());
    if (which & VNODE_SET_MODIFICATION_TIME)
        ext4_set_times(node, EXT4_MODIFICATION_TIME,
                       a->modification_time != VNODE_NOW ? a->modification_time : ext4_now());
    ext4_set_times(node, EXT4_CHANGE_TIME,
                   which & VNODE_SET_CHANGE_TIME && a->change_time != VNODE_NOW ? a->change_time
                                                                                : ext4_now());
    return 0;
}

static int set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct ext4 *fs = enter(vnode);
    int error = 0;

    if (which & VNODE_SET_SIZE)
        error = ext4_resize(ext4_node_of(vnode), attributes->size);
    if (error == 0 && which & ~VNODE_SET_SIZE) {
        error = ext4_begin(fs);
        if (error == 0)
            error = ext4_end(fs, set_inode(ext4_node_of(vnode), attributes, which));
    }
    return leave(fs, error);
}

static int sync(struct vnode *vnode, bool data_only)
{
    struct ext4_node *node = ext4_node_of(vnode);
    struct ext4 *fs = enter(vnode);
    bool all = vnode->type == VNODE_DIRECTORY;
    int error = 0;

    if (fs->failed)
        error = -EIO;
    else if (all || (data_only ? node->content_in : node->changed_in) == fs->transaction)
        error = ext4_flush(fs);
    else if ((int32_t)(node->written - fs->flushed) > 0)
        error = ext4_sync_device(fs);
    return leave(fs, error);
}

static int statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    struct ext4 *fs = enter(vnode);
    const struct ext4_super *super = &fs->super;
    uint64_t reserved = super->r_blocks_count_lo;

    if (super->feature_incompat & EXT4_INCOMPAT_64BIT)
        reserved |= (uint64_t)super->r_blocks_count_hi << 32;
    memset(values, 0, sizeof(*values));
    values->type = EXT4_MAGIC;
    values->block_size = fs->block_size;
    values->blocks =
        fs->block_count - ext4_min(super->overhead_blocks, (uint32_t)ext4_min(fs->block_count, UINT32_MAX));
    values->free_blocks = fs->counts.free_blocks + fs->freed_blocks;
    values->available_blocks = values->free_blocks > reserved ? values->free_blocks - reserved : 0;
    values->files = super->inodes_count;
    values->free_files = fs->counts.free_inodes;
    memcpy(&values->id, super->uuid, sizeof(values->id));
    return leave(fs, 0);
}

/* While this waits for the lock somebody may find the file, so it keeps a reference of its own. */
static void release(struct vnode *vnode)
{
    struct ext4_node *node = ext4_node_of(vnode);
    struct ext4 *fs = node->fs;

    vnode->references = 1;
    wait_lock_take(&fs->lock);
    if (vnode->references == 1 && node->inode->links_count == 0 && !fs->failed && !fs->read_only) {
        int error = ext4_node_delete(node);
        /* It stays in the list of orphans, for the next mount. */
        if (error != 0)
            log_write(LOG_WARNING, "ext4: %s: inode %u could not be freed: error %d", fs->device->name,
                      node->number, -error);
    }
    ext4_node_put(node);
    wait_lock_give(&fs->lock);
}

const struct vnode_ops ext4_operations = {
    .lookup = lookup,
    .create = create,
    .link = make_link,
    .unlink = unlink,
    .rename = rename,
    .entries = ext4_directory_entries,
    .read = read,
    .write = write,
    .rewrite = rewrite,
    .allocate = allocate,
    .get = ext4_get,
    .set = set,
    .sync = sync,
    .statfs = statfs,
    .release = release,
};
