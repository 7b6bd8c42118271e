/*
 * What finding and changing names share. Without the libraries named here, files belong to the one file
 * system that there is, and nobody waits in the middle.
 */
#pragma once

#include <config.h>
#include <errno.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_INOTIFY
#include <inotify_events.h>
#endif
#ifdef CONFIG_LIB_MOUNT_TABLE
#include <mount_table.h>
#endif
#ifdef CONFIG_LIB_NAME_CACHE
#include <name_cache.h>
#endif
#ifdef CONFIG_LIB_PAGE_CACHE
#include <page_cache.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

struct fs_type;

void vfs_set_root(struct vnode *directory); /* takes over the reference */

const struct fs_type *vfs_kind(const char *name); /* NULL: there is none of this name */

/* A vnode that its file system has just handed out, of a file in `directory`. */
static inline void vfs_settle(struct vnode *directory, struct vnode *vnode)
{
    vnode->mount = directory->mount;
}

#ifdef CONFIG_LIB_USERS
/* permissions.c. Whether names in a directory may be changed: -EROFS, -EACCES. */
int vfs_may_change(struct vnode *directory);

/* Whether the name of `vnode` may be removed, or given to another; whether a file may be renamed. */
int vfs_may_remove(struct vnode *directory, struct vnode *vnode);
int vfs_may_rename(const struct vfs_place *old, const struct vfs_place *new, unsigned flags);

/* Whether the caller, who is not root, may change these attributes, and which mode comes of it. */
int vfs_may_set(struct vnode *vnode, struct vnode_attributes *attributes, unsigned which);

/* Whose a new file is. */
void vfs_own(struct vnode *directory, struct vnode_new *what);
#else
/* A directory is going to change: not in a file system that is mounted to be read only. */
static inline int vfs_may_change(const struct vnode *directory)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (directory->mount->flags & MOUNT_READ_ONLY)
        return -EROFS;
#endif
    (void)directory;
    return 0;
}
#endif

/* Forgets what is known of a name that changes. */
static inline void vfs_forget(struct vnode *directory, const char *name, size_t length)
{
#ifdef CONFIG_LIB_NAME_CACHE
    name_cache_drop(directory, name, length);
#else
    (void)directory, (void)name, (void)length;
#endif
}

/* Looks again for the last component of a place, once names stay as they are. */
int vfs_find_again(struct vfs_place *place);

/* The names of a file system stay as they are, but for the caller. */
static inline void vfs_take_names(struct vnode *directory)
{
#ifdef CONFIG_LIB_NAME_CACHE
    name_cache_take(directory->mount);
#else
    (void)directory;
#endif
}

static inline void vfs_give_names(struct vnode *directory)
{
#ifdef CONFIG_LIB_NAME_CACHE
    name_cache_give(directory->mount);
#else
    (void)directory;
#endif
}
