/*
 * Names come, go and move.
 */
#include "names.h"

#include <errno.h>
#include <string.h>

#define LINKS_MAX 65000u /* inodes.rst, i_links_count */

int ext4_lookup(struct ext4_node *dir, const char *name, size_t length, struct ext4_node **found)
{
    struct ext4_place place;
    uint32_t number;
    int error;

    if (dir->inode->links_count == 0)
        return -ENOENT;
    error = ext4_directory_find(dir, name, length, &place);
    if (error != 0)
        return error;
    number = place.entry->inode;
    ext4_block_put(dir->fs, place.buffer);
    error = ext4_node_get(dir->fs, number, found);
    if (error != 0)
        return error;
    /* A free inode has no names, and reserved ones have none but "lost+found"'s and the root's. */
    if ((*found)->inode->links_count == 0 ||
        (number < dir->fs->super.first_ino && number != EXT4_INODE_ROOT)) {
        ext4_node_put(*found);
        return ext4_corrupted(dir->fs, "name of a file that is gone", number);
    }
    return 0;
}

/* -EEXIST if there is such a name, or another error if none can be added. */
static int check_free(struct ext4_node *dir, const char *name, size_t length)
{
    struct ext4_place place;
    int error;

    if (dir->inode->links_count == 0)
        return -ENOENT;
    error = ext4_directory_find(dir, name, length, &place);
    if (error != 0)
        return error == -ENOENT ? 0 : error;
    ext4_block_put(dir->fs, place.buffer);
    return -EEXIST;
}

/* A directory gets or loses one in it; its count of links says how many, or 1 if there are too many:
 * inodes.rst. */
static int change_links(struct ext4_node *dir, int by)
{
    uint32_t links = dir->inode->links_count;
    int error;

    if (by > 0 && links >= LINKS_MAX && !(dir->fs->super.feature_ro_compat & EXT4_RO_COMPAT_DIR_NLINK))
        return -EMLINK;
    error = ext4_node_change(dir, true);
    if (error == 0 && links != 1)
        dir->inode->links_count = by > 0 && links >= LINKS_MAX ? 1 : (uint16_t)((int)links + by);
    if (error == 0 && dir->inode->links_count < 1)
        return ext4_corrupted(dir->fs, "count of links of directory", dir->number);
    return error;
}

/* A file loses a name. */
static int lose_name(struct ext4_node *node)
{
    int error = ext4_node_change(node, true);

    if (error != 0)
        return error;
    if (node->inode->links_count == 0)
        return ext4_corrupted(node->fs, "count of links of inode", node->number);
    node->inode->links_count = node->vnode.type == VNODE_DIRECTORY ? 0 : node->inode->links_count - 1;
    ext4_set_times(node, EXT4_CHANGE_TIME, ext4_now());
    return node->inode->links_count == 0 ? ext4_orphan_add(node) : 0;
}

static int store_target(struct ext4_node *node, const struct vnode_new *what)
{
    struct ext4 *fs = node->fs;
    struct block_buffer *buffer;
    uint32_t block;
    int error;

    if (what->target_length >= fs->block_size)
        return -ENAMETOOLONG;
    if (what->target_length < sizeof(node->inode->block)) {
        memcpy(node->inode->block, what->target, what->target_length);
    } else {
        ext4_extents_begin(node);
        error = ext4_directory_append(node, EXT4_PLAIN, &block, &buffer);
        if (error != 0)
            return error;
        memcpy(buffer->data, what->target, what->target_length);
        ext4_block_put(fs, buffer);
    }
    ext4_set_size(node, what->target_length);
    return 0;
}

/* Fills in a file that has just been made. */
static int furnish(struct ext4_node *node, struct ext4_node *dir, const struct vnode_new *what, bool named)
{
    struct ext4_inode *inode = node->inode;
    int64_t time = what->time != VNODE_NOW ? what->time : ext4_now();
    uint32_t device = what->special_device;
    int error = 0;

    inode->uid = (uint16_t)what->user;
    inode->uid_high = (uint16_t)(what->user >> 16);
    inode->gid = (uint16_t)what->group;
    inode->gid_high = (uint16_t)(what->group >> 16);
    inode->flags = dir->inode->flags & EXT4_INODE_INHERITED;
    inode->links_count = named;
    ext4_set_times(node, EXT4_ACCESS_TIME | EXT4_CHANGE_TIME | EXT4_MODIFICATION_TIME, time);
    ext4_set_birth(node, time);
    switch (node->vnode.type) {
    case VNODE_FILE:
        ext4_extents_begin(node);
        break;
    case VNODE_SYMLINK:
        error = store_target(node, what);
        break;
    case VNODE_DIRECTORY:
        ext4_extents_begin(node);
        inode->links_count = 2;
        error = ext4_directory_begin(node, dir->number);
        if (error == 0)
            error = change_links(dir, 1);
        break;
    case VNODE_DEVICE:
        if (device >> 16 == 0) /* 256 * major + minor, in the old form */
            inode->block[0] = device;
        else
            inode->block[1] = (device & 0xff) | (device >> 8 & 0xfff) << 8;
        break;
    }
    return error;
}

static int make(struct ext4_node *dir, const char *name, size_t length, const struct vnode_new *what,
                struct ext4_node **made)
{
    uint32_t number;
    int error = length != 0 ? check_free(dir, name, length) : 0;

    if (error == 0)
        error = ext4_inode_allocate(dir->fs, dir, (what->mode & VNODE_TYPE_MASK) == VNODE_DIRECTORY, &number);
    if (error == 0)
        error = ext4_node_new(dir->fs, number, what->mode, made);
    if (error == 0)
        error = furnish(*made, dir, what, length != 0);
    if (error != 0)
        return error;
    if (length == 0)
        return ext4_orphan_add(*made);
    error = ext4_directory_add(dir, name, length, number, what->mode);
    if (error == 0)
        error = ext4_modified(dir);
    if (error == 0 && what->time != VNODE_NOW)
        ext4_set_times(dir, EXT4_CHANGE_TIME | EXT4_MODIFICATION_TIME, what->time);
    return error;
}

int ext4_create(struct ext4_node *dir, const char *name, size_t length, const struct vnode_new *what,
                struct ext4_node **made)
{
    int error;

    do {
        *made = NULL;
        error = ext4_begin(dir->fs);
        if (error != 0)
            return error;
        error = ext4_end(dir->fs, make(dir, name, length, what, made));
        if (error != 0)
            ext4_node_put(*made);
    } while (ext4_again(dir->fs, error));
    return error;
}

int ext4_link(struct ext4_node *dir, const char *name, size_t length, struct ext4_node *file)
{
    int error = check_free(dir, name, length);

    if (error == 0 && file->inode->links_count >= LINKS_MAX)
        error = -EMLINK;
    if (error == 0)
        error = ext4_node_change(file, true);
    if (error == 0 && file->inode->links_count == 0)
        error = ext4_orphan_remove(file);
    if (error != 0)
        return error;
    file->inode->links_count++;
    ext4_set_times(file, EXT4_CHANGE_TIME, ext4_now());
    error = ext4_directory_add(dir, name, length, file->number, file->inode->mode);
    return error != 0 ? error : ext4_modified(dir);
}

int ext4_unlink(struct ext4_node *dir, const char *name, size_t length, struct ext4_node *file)
{
    bool directory = file->vnode.type == VNODE_DIRECTORY;
    int error = directory ? ext4_directory_is_empty(file) : 1;

    if (error <= 0)
        return error < 0 ? error : -ENOTEMPTY;
    error = ext4_directory_remove(dir, name, length);
    if (error == 0 && directory)
        error = change_links(dir, -1);
    if (error == 0)
        error = lose_name(file);
    return error != 0 ? error : ext4_modified(dir);
}

/* A directory has moved to another one. */
static int set_parent(struct ext4_node *file, struct ext4_node *from, struct ext4_node *to)
{
    int error = ext4_directory_replace(file, "..", 2, to->number, VNODE_DIRECTORY);

    if (error == 0)
        error = change_links(from, -1);
    return error != 0 ? error : change_links(to, 1);
}

/* A file that has moved has changed, as on Linux. */
static int moved(struct ext4_node *file, struct ext4_node *from, struct ext4_node *to)
{
    int error = ext4_node_change(file, true);

    if (error != 0)
        return error;
    ext4_set_times(file, EXT4_CHANGE_TIME, ext4_now());
    return file->vnode.type == VNODE_DIRECTORY && from != to ? set_parent(file, from, to) : 0;
}

static int exchange(const struct ext4_rename *r)
{
    int error =
        ext4_directory_replace(r->to, r->new_name, r->new_length, r->file->number, r->file->inode->mode);

    if (error == 0)
        error = ext4_directory_replace(r->from, r->name, r->length, r->replaced->number,
                                       r->replaced->inode->mode);
    if (error == 0)
        error = moved(r->file, r->from, r->to);
    return error != 0 ? error : moved(r->replaced, r->to, r->from);
}

int ext4_rename(const struct ext4_rename *r)
{
    int error;

    if (r->to->inode->links_count == 0)
        return -ENOENT;
    if (r->flags & VNODE_RENAME_EXCHANGE) {
        error = exchange(r);
    } else {
        if (r->replaced != NULL) {
            bool directory = r->replaced->vnode.type == VNODE_DIRECTORY;
            error = directory ? ext4_directory_is_empty(r->replaced) : 1;
            if (error <= 0)
                return error < 0 ? error : -ENOTEMPTY;
            error = ext4_directory_replace(r->to, r->new_name, r->new_length, r->file->number,
                                           r->file->inode->mode);
            if (error == 0)
                error = lose_name(r->replaced);
            if (error == 0 && directory)
                error = change_links(r->to, -1);
        } else {
            error =
                ext4_directory_add(r->to, r->new_name, r->new_length, r->file->number, r->file->inode->mode);
        }
        if (error == 0)
            error = ext4_directory_remove(r->from, r->name, r->length);
        if (error == 0)
            error = moved(r->file, r->from, r->to);
    }
    if (error == 0)
        error = ext4_modified(r->from);
    return error != 0 || r->from == r->to ? error : ext4_modified(r->to);
}
