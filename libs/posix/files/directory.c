/*
 * Reading directories, and the working directory.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <string.h>
#include <vfs.h>

#define OWN_ENTRIES 2 /* "." and ".." come before the file system's entries */

struct listing {
    unsigned char *buffer;
    size_t size, used;
    uint64_t position; /* of the next entry */
    bool full;
};

static bool put(struct listing *listing, const char *name, size_t length, uint64_t inode, uint32_t type,
                uint64_t next)
{
    size_t record = (offsetof(struct linux_dirent64, name) + length + 1 + 7) & ~(size_t)7;
    struct linux_dirent64 *entry = (struct linux_dirent64 *)(listing->buffer + listing->used);

    if (record > listing->size - listing->used) {
        listing->full = true;
        return false;
    }
    memset(entry, 0, record);
    entry->inode = inode;
    entry->next = (int64_t)next;
    entry->record_length = (uint16_t)record;
    entry->type = (uint8_t)(type >> 12);
    memcpy(entry->name, name, length);
    listing->used += record;
    listing->position = next;
    return true;
}

static bool take(void *listing, const char *name, size_t length, uint64_t inode, uint32_t type,
                 uint64_t next_cookie)
{
    return put(listing, name, length, inode, type, next_cookie + OWN_ENTRIES);
}

static uint64_t inode_of(struct vnode *vnode)
{
    struct vnode_attributes attributes;

    vnode->ops->get(vnode, &attributes);
    return attributes.inode;
}

static bool put_parent(struct listing *listing, struct vnode *directory)
{
    struct vnode *parent;
    bool done;

    if (vfs_lookup(directory, "..", VFS_TRUSTED, &parent) != 0)
        parent = vnode_get(directory);
    done = put(listing, "..", 2, inode_of(parent), VNODE_DIRECTORY, 2);
    vnode_put(parent);
    return done;
}

static int list(struct vnode *directory, struct listing *listing)
{
    if (listing->position == 0 && !put(listing, ".", 1, inode_of(directory), VNODE_DIRECTORY, 1))
        return 0;
    if (listing->position == 1 && !put_parent(listing, directory))
        return 0;
    return directory->ops->entries(directory, listing->position - OWN_ENTRIES, take, listing);
}

long sys_getdents64(long fd, long buffer, long size)
{
    int error;
    struct vnode_file *file = files_get(fd, -ENOTDIR, &error);
    struct listing listing = {.buffer = (unsigned char *)buffer, .size = (size_t)(unsigned)size};

    if (file == NULL)
        return error;
    if (file->file.flags & LINUX_O_PATH) {
        error = -EBADF;
    } else if (file->vnode->type != VNODE_DIRECTORY) {
        error = -ENOTDIR;
    } else {
        listing.position = file->position;
        error = list(file->vnode, &listing);
        files_tell(file, LINUX_IN_ACCESS);
        file->position = listing.position;
        if (listing.full && listing.used == 0)
            error = -EINVAL;
    }
    fd_put(&file->file);
    return error != 0 ? error : (long)listing.used;
}

/* Whoever is in a directory may look for names there. */
static int go(struct vnode *directory)
{
#ifdef CONFIG_LIB_USERS
    int error = directory->type == VNODE_DIRECTORY ? vfs_may(directory, VFS_RUN, 0) : 0;

    if (error != 0)
        return error;
#endif
    return vfs_set_working_directory(directory);
}

long sys_chdir(long path)
{
    struct vnode *directory;
    int error = files_lookup(LINUX_AT_FDCWD, (const char *)path, 0, &directory);

    if (error != 0)
        return error;
    error = go(directory);
    vnode_put(directory);
    return error;
}

long sys_fchdir(long fd)
{
    int error;
    struct vnode_file *file = files_get(fd, -ENOTDIR, &error);

    if (file == NULL)
        return error;
    error = go(file->vnode);
    fd_put(&file->file);
    return error;
}

long sys_getcwd(long buffer, long size)
{
    return vfs_path_of(vfs_working_directory(), (char *)buffer, (size_t)size);
}
