/*
 * A vnode stands for one file, directory or symbolic link of a mounted file system.
 *
 * A file system embeds struct vnode in its own description of a file. Who holds a vnode has counted a
 * reference (vnode_get) and gives it back (vnode_put); while one is held, the file system hands out the same
 * vnode for the same file, also after its last name is gone. Functions that hand out a vnode count a
 * reference for the caller.
 *
 * All functions return 0 or a value, or a negated errno; on an error nothing has changed. Names are not
 * NUL-terminated, hold no '/', and are never empty, ".", or longer than VNODE_NAME_MAX. Times are nanoseconds
 * since 1970, UTC. Not reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VNODE_NAME_MAX 255 /* bytes; limits.h NAME_MAX */

/* Types: the S_IFMT part of st_mode in Linux's include/uapi/linux/stat.h. */
#define VNODE_TYPE_MASK 0170000u
#define VNODE_DIRECTORY 0040000u
#define VNODE_DEVICE 0020000u /* character device */
#define VNODE_FIFO 0010000u
#define VNODE_FILE 0100000u
#define VNODE_SOCKET 0140000u
#define VNODE_SYMLINK 0120000u

#define VNODE_NOW INT64_MIN /* as a time: whatever the clock says, if there is one */

struct vnode;

struct vnode_attributes {
    uint64_t inode;     /* unique among the file system's living files */
    uint64_t size;      /* bytes; of a symbolic link, the length of its target */
    uint64_t allocated; /* bytes of storage that are this file's own */
    uint32_t mode;      /* type and permissions, as st_mode */
    uint32_t links;
    uint32_t special_device; /* of VNODE_DEVICE: 256 * major + minor */
    int64_t access_time;
    int64_t modification_time;
    int64_t change_time;
};

/* Which attributes `set` changes. */
#define VNODE_SET_SIZE 1u /* files only; what is added reads as zeroes */
#define VNODE_SET_MODE 2u /* permissions; the type stays */
#define VNODE_SET_ACCESS_TIME 4u
#define VNODE_SET_MODIFICATION_TIME 8u

/* What a new file is to be. */
struct vnode_new {
    uint32_t mode;           /* type and permissions */
    uint32_t special_device; /* of VNODE_DEVICE: 256 * major + minor */
    int64_t time;            /* for the file and its directory's modification */
    const char *target;      /* of a symbolic link; copied, not NUL-terminated */
    size_t target_length;
};

/* Receives one entry of a directory. Returns false when it cannot take it: it is offered again the next time.
 */
typedef bool vnode_entry_taker(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                               uint64_t next_cookie);

/* An operation may be NULL where the comment says so; the others must be there for the types that they are
 * for. */
struct vnode_ops {
    /* --- directories --- */

    /* Also called with ".." (never on the file system's root): -ENOENT if the directory has been removed. */
    int (*lookup)(struct vnode *dir, const char *name, size_t length, struct vnode **found);
    /* -EEXIST if the name is taken. NULL in a read-only file system, like all that change something. */
    int (*create)(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                  struct vnode **made);
    /* Another name for a file that is not a directory. -EEXIST if it is taken. */
    int (*link)(struct vnode *dir, const char *name, size_t length, struct vnode *file);
    /* Removes the name of `file`, which lookup has just found. -ENOTEMPTY for a directory with entries. */
    int (*unlink)(struct vnode *dir, const char *name, size_t length, struct vnode *file);
    /*
     * Gives `file` another name, in one step. `replaced` has the new name now (NULL: nobody). Both differ,
     * are both directories or both not, and `to` is not inside `file`: the caller has checked that.
     * -ENOTEMPTY when `replaced` has entries.
     */
    int (*rename)(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                  const char *new_name, size_t new_length, struct vnode *replaced);
    /*
     * Offers the entries from `cookie` on to `take` until it declines; "." and ".." are not among them. A
     * cookie is 0 or came with an entry, and stays good while entries come and go: what was there all the
     * time is seen exactly once.
     */
    int (*entries)(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

    /* --- files, and symbolic links (whose content is their target; only `read`) --- */

    /* Returns how many bytes were read: fewer than `size` only at the end. */
    long (*read)(struct vnode *file, void *buffer, size_t size, uint64_t offset);
    /*
     * Shows bytes where they stand, at most `size` from `offset` on, and returns how many, 0 at the end. They
     * stay until another function of the file system is called; `lasting`: for the image's life, unchanged.
     * May be NULL: then they must be read.
     */
    long (*view)(struct vnode *file, size_t size, uint64_t offset, const void **data, bool *lasting);
    /* Returns how many bytes were written, at least 1 unless `size` is 0; fewer than `size` when space has
     * run out. */
    long (*write)(struct vnode *file, const void *data, size_t size, uint64_t offset);
    /*
     * Makes `data` the content of a file that nobody has written to, without a copy: it stays valid for the
     * image's life and is only read, a write puts what it changes elsewhere. May be NULL: then it must be
     * written.
     */
    int (*adopt)(struct vnode *file, const void *data, size_t size);

    /* --- all --- */

    void (*get)(struct vnode *node, struct vnode_attributes *attributes);
    int (*set)(struct vnode *node, const struct vnode_attributes *attributes, unsigned which);
    /* What was written is on the device when it returns. May be NULL: then nothing outlives the image. */
    int (*sync)(struct vnode *node);
    /* The last reference is gone. */
    void (*release)(struct vnode *node);
};

struct vnode {
    const struct vnode_ops *ops;
    uint32_t type; /* VNODE_FILE, ...; never changes */
    uint32_t references;
};

static inline struct vnode *vnode_get(struct vnode *node)
{
    node->references++;
    return node;
}

/* NULL does nothing. */
static inline void vnode_put(struct vnode *node)
{
    if (node != NULL && --node->references == 0)
        node->ops->release(node);
}
