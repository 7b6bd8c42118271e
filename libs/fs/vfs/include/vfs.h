/*
 * The tree of files.
 *
 * A path is NUL-terminated and at most VFS_PATH_MAX - 1 bytes long; it is looked up from `from` unless it
 * begins with
 * '/', and a `from` of NULL means the working directory. Symbolic links are followed (at most VFS_LINKS_MAX),
 * except that a function's last component is followed only where it says so. A path that ends in '/' names a
 * directory. All functions return 0 or a negated errno; those that give a vnode count a reference for the
 * caller. Not reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <vnode.h>

#define VFS_PATH_MAX 4096 /* limits.h PATH_MAX */
#define VFS_LINKS_MAX 40  /* as in Linux: MAXSYMLINKS in include/linux/namei.h */

#define VFS_FOLLOW 1u /* follow a symbolic link in the last component, unless a '/' comes behind it */

/* Where a path leads. */
struct vfs_place {
    struct vnode *directory; /* in which the last component stands */
    struct vnode *vnode;     /* what it names, or NULL if there is nothing of that name */
    bool slash;              /* the path ended in '/' */
    size_t length;
    char name[VNODE_NAME_MAX + 1]; /* the last component; "." and ".." as they were, "" for the root itself */
};

/*
 * Follows a path to its last component, which need not exist; everything before it must. Fills in `place` and
 * counts references for its vnodes; vfs_place_put() gives them back.
 */
int vfs_find(struct vnode *from, const char *path, unsigned how, struct vfs_place *place);
void vfs_place_put(struct vfs_place *place);

/* Whether the last component is a name that can be given to a file: not "", "." or "..". */
bool vfs_place_is_name(const struct vfs_place *place);

/* The file that a path names. A link before a '/' at the end is always followed. */
int vfs_lookup(struct vnode *from, const char *path, unsigned how, struct vnode **found);

/* Makes a directory, a file or a symbolic link. `made` may be NULL when nobody wants the vnode. */
int vfs_make(struct vnode *from, const char *path, const struct vnode_new *what, struct vnode **made);

/* Makes a file (or whatever `what` says) at a place where nothing is. */
int vfs_make_at(struct vfs_place *place, const struct vnode_new *what, struct vnode **made);

/* Gives a file that is not a directory another name. */
int vfs_link(struct vnode *file, struct vnode *from, const char *path);

/* Removes a name: of an empty directory if `directory`, else of anything but a directory. */
int vfs_remove(struct vnode *from, const char *path, bool directory);

/* Renames; what has the new name already is replaced if it is of the same kind. `flags`: VNODE_RENAME_*. */
int vfs_rename(struct vnode *from, const char *path, struct vnode *to, const char *new_path, unsigned flags);

/* The working directory: set it (the caller keeps its own reference), and the absolute path of a directory.
 */
int vfs_set_working_directory(struct vnode *directory);
struct vnode *vfs_working_directory(void); /* no reference is counted */

/* For processes, which have one each: another one from now on. No reference is counted or given back. */
void vfs_exchange_working_directory(struct vnode *directory);

/*
 * Writes the absolute path of `directory` with its NUL. Returns its length including the NUL; -ERANGE if it
 * does not fit, -ENOENT if the directory has been removed.
 */
long vfs_path_of(struct vnode *directory, char *buffer, size_t size);

/* The root directory; no reference is counted. */
struct vnode *vfs_root(void);
