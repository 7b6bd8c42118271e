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
 * since 1970, UTC.
 *
 * Callers hold the kernel's lock, or there is only one thread. An operation may wait (wait_queue.h): a file
 * system that does so locks what is its own against the threads that come meanwhile, and requires the
 * capability `fs.waits`, with which the vfs keeps names from changing between finding and changing them, and
 * remembers what lookups found.
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
#define VNODE_BLOCK_DEVICE 0060000u
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
    uint32_t user, group;    /* owners */
    uint32_t special_device; /* of VNODE_DEVICE: 256 * major + minor */
    int64_t access_time;
    int64_t modification_time;
    int64_t change_time; /* set by the file system whenever anything of the file changes */
};

/* Which attributes `set` changes. */
#define VNODE_SET_SIZE 1u /* files only; what is added reads as zeroes */
#define VNODE_SET_MODE 2u /* permissions; the type stays */
#define VNODE_SET_ACCESS_TIME 4u
#define VNODE_SET_MODIFICATION_TIME 8u
#define VNODE_SET_USER 16u
#define VNODE_SET_GROUP 32u
#define VNODE_SET_CHANGE_TIME 64u /* instead of now: what was written to a file earlier reaches it late */

/* How names are changed: those of renameat2(2), include/uapi/linux/fs.h. */
#define VNODE_RENAME_NOREPLACE 1u
#define VNODE_RENAME_EXCHANGE 2u

/* What `allocate` does to a range: those of fallocate(2), include/uapi/linux/falloc.h. */
#define VNODE_ALLOCATE_KEEP_SIZE 1u  /* blocks behind the end stay there, and the size as it is */
#define VNODE_ALLOCATE_PUNCH_HOLE 2u /* only with KEEP_SIZE: it reads as zeroes, and takes no room */
#define VNODE_ALLOCATE_COLLAPSE_RANGE 8u
#define VNODE_ALLOCATE_ZERO_RANGE 16u /* reads as zeroes, and there is room */
#define VNODE_ALLOCATE_INSERT_RANGE 32u

/* What a new file is to be. */
struct vnode_new {
    uint32_t mode; /* type and permissions */
    uint32_t user, group;
    uint32_t special_device; /* of VNODE_DEVICE: 256 * major + minor */
    int64_t time;            /* for the file and its directory's modification */
    const char *target;      /* of a symbolic link; copied, not NUL-terminated */
    size_t target_length;
};

/* What a file system has and has left, as statfs(2) shows it. */
struct vnode_statfs {
    uint32_t type;       /* its magic number: include/uapi/linux/magic.h */
    uint32_t block_size; /* bytes; what follows is counted in them */
    uint64_t blocks, free_blocks;
    uint64_t available_blocks;  /* of the free ones, for users other than root */
    uint64_t files, free_files; /* 0: no limit of their number */
    uint64_t id;
};

/* Receives one entry of a directory. Returns false when it cannot take it: it is offered again the next time.
 */
typedef bool vnode_entry_taker(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                               uint64_t next_cookie);

/* A page of memory, physically in one piece, and where in a file it belongs: a multiple of its size. */
struct vnode_piece {
    const void *data;
    uint64_t offset;
};

/* An operation may be NULL where the comment says so; the others must be there for the types that they are
 * for. */
struct vnode_ops {
    /* --- directories --- */

    /* Also called with ".." (never on the file system's root): -ENOENT if the directory has been removed. */
    int (*lookup)(struct vnode *dir, const char *name, size_t length, struct vnode **found);
    /*
     * -EEXIST if the name is taken. NULL in a read-only file system, like all that change something. In a
     * directory with VNODE_NAMELESS also without a name (length 0): a file for O_TMPFILE, without links,
     * which is gone with its last reference unless `link` has given it a name.
     */
    int (*create)(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                  struct vnode **made);
    /* Another name for a file that is not a directory. -EEXIST if it is taken. */
    int (*link)(struct vnode *dir, const char *name, size_t length, struct vnode *file);
    /* Removes the name of `file`, which lookup has just found. -ENOTEMPTY for a directory with entries. */
    int (*unlink)(struct vnode *dir, const char *name, size_t length, struct vnode *file);
    /*
     * Gives `file` another name, in one step. `replaced` has the new name now (NULL: nobody). Both differ,
     * are both directories or both not, and `to` is not inside `file`: the caller has checked that.
     * -ENOTEMPTY when `replaced` has entries. `flags`: 0; VNODE_RENAME_NOREPLACE, and `replaced` is NULL (for
     * file systems whose names others change, too); or VNODE_RENAME_EXCHANGE: `replaced` is not NULL, may be
     * of another kind and have entries, neither is inside the other, and it gets the old name. -EINVAL for a
     * flag that cannot be done.
     */
    int (*rename)(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                  const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags);
    /*
     * Offers the entries from `cookie` on to `take` until it declines; "." and ".." are not among them. A
     * cookie is 0 or came with an entry, and stays good while entries come and go: what was there all the
     * time is seen exactly once.
     */
    int (*entries)(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

    /* --- files, and symbolic links (whose content is their target; only `read`) --- */

    /*
     * Returns how many bytes were read: fewer than `size` only at the end, or before an error. With
     * VNODE_CACHED this and `write` go straight to the device: the page cache calls them with whole pages (of
     * a file's end, what there is), and for O_DIRECT.
     */
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
     * For the page cache, with VNODE_CACHED: writes whole pages that lie in order, but not always behind each
     * other, all at once, to where the file has them already. Returns how many of the first ones it has
     * written: 0 where that cannot be done by this, and must be by `write`. After an error what was written
     * is not known. Times stay as they are. May be NULL.
     */
    long (*rewrite)(struct vnode *file, const struct vnode_piece *pieces, size_t count);
    /*
     * Makes `data` the content of a file that nobody has written to, without a copy: it stays valid for the
     * image's life and is only read, a write puts what it changes elsewhere. May be NULL: then it must be
     * written.
     */
    int (*adopt)(struct vnode *file, const void *data, size_t size);

    /*
     * fallocate(2): `mode` of VNODE_ALLOCATE_*, 0 also makes the file longer. -EOPNOTSUPP for a mode that is
     * not offered, -ENOSPC. May be NULL: then only modes 0 and KEEP_SIZE are there, and zeroes are written.
     */
    int (*allocate)(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size);

    /* --- all --- */

    /* Cannot fail: who has to ask somebody else, and cannot, shows what was known last. */
    void (*get)(struct vnode *node, struct vnode_attributes *attributes);
    int (*set)(struct vnode *node, const struct vnode_attributes *attributes, unsigned which);
    /*
     * What was written is on the device when it returns, and survives a loss of power; `data_only`:
     * attributes that are not needed to read it back (times) may be missing. Of the file system's root: all
     * of the file system. May be NULL: then nothing outlives the image.
     */
    int (*sync)(struct vnode *node, bool data_only);
    /* May be NULL: then it is shown as a ramfs without limits. */
    int (*statfs)(struct vnode *node, struct vnode_statfs *values);
    /* The last reference is gone. */
    void (*release)(struct vnode *node);
};

/* Flags of a vnode. The first six are the file system's, set before it hands the vnode out. */
#define VNODE_CACHED 1u   /* a file whose pages are kept in memory: its file system requires `fs.cached` */
#define VNODE_NAMELESS 2u /* a directory whose `create` makes files without names */
#define VNODE_SHARED_NAMES 4u  /* a directory whose names others change, too: they are looked up each time */
#define VNODE_VOLATILE 8u      /* a file whose size is not known before it is read: as in /proc */
#define VNODE_SHARED 16u       /* with VNODE_CACHED: others change the content, too (share_cache.h) */
#define VNODE_WRITTEN_BACK 32u /* with VNODE_SHARED: what is written may wait until the file is closed */
#define VNODE_COVERED 256u     /* the vfs's: something is mounted on this directory */
#define VNODE_LOCKED 512u      /* the vfs's and the page cache's: somebody writes to the file or cuts it */
#define VNODE_ASK 1024u        /* with VNODE_SHARED: its attributes must be asked for before it is read */
#define VNODE_STALE 2048u      /* with VNODE_SHARED: others have changed it: what is kept of it goes */

struct vfs_mount;
struct page_cache_file;

/* A file system sets `ops`, `type`, `flags` and `references`, and zeroes in the rest. */
struct vnode {
    const struct vnode_ops *ops;
    uint16_t type;  /* VNODE_FILE, ...; never changes */
    uint16_t flags; /* VNODE_CACHED, ... */
    uint32_t references;
    struct vfs_mount *mount;       /* the vfs's: where it is mounted */
    struct page_cache_file *pages; /* the page cache's, which holds one reference; NULL: none */
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
