/*
 * The parts of this file system.
 *
 * A file is a descriptor of the host that can only name it (O_PATH), and, once it is read or written, one
 * that is open. Whatever is looked up is one name in one directory, and the host is told never to leave that
 * (openat2(2), RESOLVE_BENEATH): no name, and no symbolic link, leads out of the folder. Where the host has
 * Landlock the whole process cannot leave it (confine.c).
 *
 * A process waits in its calls: files mostly lie in the host's memory.
 */
#pragma once

#include <host_calls.h>
#include <host_linux.h>
#include <vnode_table.h>

#define HOST_FS_SHARES 16u
#define HOST_FS_TAG_ROOM 64u

struct host_fs_parameter {
    int descriptor;
    bool readonly;
    char tag[HOST_FS_TAG_ROOM];
};

/* parameter.c: reads `DESCRIPTOR,tag=TAG[,readonly]`; false: it is none. */
bool host_fs_parameter(const char *text, struct host_fs_parameter *parameter);
/* The share of that number; false: there is none. */
bool host_fs_share(unsigned number, struct host_fs_parameter *parameter);

/* confine.c */
void host_fs_confine(void);

struct host_mount {
    struct vnode_table nodes;
    unsigned number; /* of the share */
    bool readonly;
};

struct host_node {
    struct vnode_entry entry; /* first; its number is made of the device's and the file's */
    struct host_mount *mount;
    struct host_node *parent; /* where it stood last, by that name; a reference. NULL: the root */
    char *name;               /* with a NUL; NULL: the root */
    uint64_t device;
    uint64_t inode;
    int path;   /* names it */
    int opened; /* -1: not yet; may be `path` */
    bool writable;
};

extern const struct vnode_ops host_fs_operations;

static inline struct host_node *host_node_of(struct vnode *vnode)
{
    return (struct host_node *)vnode;
}

/* A name with its NUL. */
struct host_name {
    char text[VNODE_NAME_MAX + 1];
};
void host_fs_name(struct host_name *name, const char *text, size_t length);

/* node.c */
/* Opens `name` in a directory, and never leaves it; a descriptor or an error. */
int host_fs_openat(int directory, const char *name, uint64_t flags, uint64_t mode);
void host_fs_close(int descriptor);
/* The vnode of what `path` names, which is taken over, also on an error. */
int host_fs_node_at(struct host_mount *mount, struct host_node *parent, const char *name, int path,
                    struct vnode **found);
/* Sees to it that the file or directory is open, for writing, too, if it is to be. */
int host_fs_open(struct host_node *node, bool writable);
/* It stands elsewhere now; where there is no memory to note that, it is looked for in vain. */
void host_fs_moved(struct host_node *node, struct host_node *parent, const char *name);
void host_fs_release(struct vnode *vnode);

/* attributes.c */
int host_fs_statx(int path, struct host_statx *values);
void host_fs_get(struct vnode *vnode, struct vnode_attributes *attributes);
int host_fs_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which);
int host_fs_statfs(struct vnode *vnode, struct vnode_statfs *values);

/* directory.c */
int host_fs_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found);
int host_fs_create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                   struct vnode **made);
int host_fs_link(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int host_fs_unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int host_fs_rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                   const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags);
int host_fs_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

/* file.c */
long host_fs_read(struct vnode *file, void *buffer, size_t size, uint64_t offset);
long host_fs_write(struct vnode *file, const void *data, size_t size, uint64_t offset);
int host_fs_allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size);
int host_fs_sync(struct vnode *vnode, bool data_only);
