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

#define VFS_FOLLOW 1u   /* follow a symbolic link in the last component, unless a '/' comes behind it */
#define VFS_CHANGE 4u   /* of vfs_find(): the name is going to change; nobody else changes names until then */
#define VFS_REAL 8u     /* as the real user, not the effective one: access(2) */
#define VFS_TRUSTED 16u /* for the kernel's own purposes: nobody's permissions matter */

/* Where a path leads. */
struct vfs_place {
    struct vnode *directory; /* in which the last component stands */
    struct vnode *vnode;     /* what it names, or NULL if there is nothing of that name */
    bool changing;           /* VFS_CHANGE: until vfs_place_put() */
    bool slash;              /* the path ended in '/' */
    size_t length;
    char name[VNODE_NAME_MAX + 1]; /* the last component; "." and ".." as they were, "" for the root itself */
};

/*
 * Follows a path to its last component, which need not exist; everything before it must. Fills in `place` and
 * counts references for its vnodes; vfs_place_put() gives them back. What is mounted on a directory is found
 * in its place.
 */
int vfs_find(struct vnode *from, const char *path, unsigned how, struct vfs_place *place);
void vfs_place_put(struct vfs_place *place);

/* Whether the last component is a name that can be given to a file: not "", "." or "..". */
bool vfs_place_is_name(const struct vfs_place *place);

/* The file that a path names. A link before a '/' at the end is always followed. */
int vfs_lookup(struct vnode *from, const char *path, unsigned how, struct vnode **found);

/* The same, and where it stands. Only in images with inotify. */
int vfs_lookup_place(struct vnode *from, const char *path, unsigned how, struct vfs_place *place);

/* Makes a directory, a file or a symbolic link. `made` may be NULL when nobody wants the vnode. */
int vfs_make(struct vnode *from, const char *path, const struct vnode_new *what, struct vnode **made);

/* Makes a file (or whatever `what` says) at a place where nothing is. */
int vfs_make_at(struct vfs_place *place, const struct vnode_new *what, struct vnode **made);

/* A file without a name in the directory `path`. -EOPNOTSUPP: its file system has no such. */
int vfs_make_nameless(struct vnode *from, const char *path, const struct vnode_new *what,
                      struct vnode **made);

/* Whether the caller may do that with a file: 0 or -EACCES. `how`: 0 or VFS_REAL. Only in images with users.
 */
#define VFS_RUN 1u /* or search, of a directory; the bits are those of a mode */
#define VFS_WRITE 2u
#define VFS_READ 4u
int vfs_may(struct vnode *vnode, unsigned wanted, unsigned how);

/* Whether a file may be changed at all, where it is mounted: 0 or -EROFS. Only in images with mounts. */
int vfs_is_writable(const struct vnode *vnode);

/* Whether the caller may read, or change, what a file holds: 0, -EACCES, -EROFS. */
int vfs_may_open(struct vnode *vnode, bool reads, bool writes);

/* Changes attributes, as far as the caller may. */
int vfs_set_attributes(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which);

/* Gives a file that is not a directory another name. */
int vfs_link(struct vnode *file, struct vnode *from, const char *path);

/* Removes a name: of an empty directory if `directory`, else of anything but a directory. */
int vfs_remove(struct vnode *from, const char *path, bool directory);

/* Renames; what has the new name already is replaced if it is of the same kind. `flags`: VNODE_RENAME_*. */
int vfs_rename(struct vnode *from, const char *path, struct vnode *to, const char *new_path, unsigned flags);

/*
 * Mounts a file system of a kind on the directory `path`, and ends that again. Neither text is NULL. Only in
 * images with the library mount-table. -ENODEV: there is no such kind; -EBUSY: something
 * is open or mounted in it; `lazily`: then it goes from the tree at once, and ends when it can.
 */
int vfs_mount(const char *path, const char *kind, const char *source, const char *options);
int vfs_unmount(const char *path, bool lazily);

/*
 * The same in place of what is "/" so far, of which only its /dev stays, on the new one's, if there is one or
 * one can be made. Only before the application begins.
 */
int vfs_mount_root(const char *kind, const char *source, const char *options);

/* Writes everything that waits to be written, of all file systems. 0 or the first error. */
struct vfs_mount;
int vfs_sync(void);
int vfs_sync_mount(struct vfs_mount *mount); /* of one */

/* The working directory: set it (the caller keeps its own reference), and the absolute path of a directory.
 */
int vfs_set_working_directory(struct vnode *directory);
struct vnode *vfs_working_directory(void); /* no reference is counted */

/* For processes, which have one each: another one from now on. No reference is counted or given back. */
void vfs_exchange_working_directory(struct vnode *directory);

/* Whether a component of the path is "..", which has no business in the names that an archive gives. */
bool vfs_path_climbs(const char *path);

/*
 * Writes the absolute path of `directory` with its NUL. Returns its length including the NUL; -ERANGE if it
 * does not fit, -ENOENT if the directory has been removed.
 */
long vfs_path_of(struct vnode *directory, char *buffer, size_t size);

/* The root directory; no reference is counted. */
struct vnode *vfs_root(void);
