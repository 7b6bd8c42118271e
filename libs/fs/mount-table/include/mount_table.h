/*
 * The file systems that are mounted, in the order in which that happened; the first is "/".
 *
 * A vnode's `mount` says where it belongs; the vfs sets it. A directory on which something is mounted has
 * VNODE_COVERED. Not reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

struct fs_type; /* fs.h */

#define MOUNT_READ_ONLY 1u /* nothing of it is changed */
#define MOUNT_NO_EXEC 2u   /* none of its files is run */

struct vfs_mount {
    struct vfs_mount *next;
    struct vnode *root;    /* a reference */
    struct vnode *covered; /* a reference; NULL: it is "/" */
    const struct fs_type *type;
    uint32_t flags;      /* MOUNT_... */
    uint32_t device;     /* its number, as st_dev: 256 * major + minor */
    bool changing;       /* the name cache's: somebody changes names */
    const char *source;  /* as in mount(2), never NULL: "none" */
    const char *options; /* as given, never NULL */
};

/* Puts a mount at the end and marks what it covers; both are the table's from now on. Gives it a
 * number, if it has none. */
void mount_table_add(struct vfs_mount *mount);

/* Takes it out; it, and its references, are the caller's again. */
void mount_table_remove(struct vfs_mount *mount);

/* The first mount. */
struct vfs_mount *mount_table_first(void);

/* The root of what is mounted last on `directory`, or on that; `directory` itself where nothing is. No
 * reference is counted. */
struct vnode *mount_table_down(struct vnode *directory);

/* The directory that the root of a mount lies on, or lies above that; `directory` if it is no such root, or
 * "/". No reference is counted. */
struct vnode *mount_table_up(struct vnode *directory);

/* Whether something is mounted on a directory of this mount. */
bool mount_table_is_below(const struct vfs_mount *mount);
