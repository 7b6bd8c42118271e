/* The parts of this file system. */
#pragma once

#include "message.h"

#include <config.h>
#include <share_listing.h>
#include <vnode_table.h>
#ifdef CONFIG_FUSE_CACHE
#include <share_cache.h>
#endif
#ifdef CONFIG_LIB_FUSE_DAX
#include <fuse_dax.h>
#endif

#define FUSE_PAGE 4096u
#define FUSE_PAGES_USUAL 32u /* in a message, of a server that does not say: include/linux/fuse.h */
#define FUSE_PAGES_MOST 256u
#define FUSE_WRITE_LEAST 4096u
#define FUSE_NAME_KEPT 47u /* bytes of a name that is remembered */
#define FUSE_NAME_CHAINS 256u

#define FUSE_BATCH 32u

/* Nodes that rest no longer go together: a message for each would cost the server more than the files do. */
struct fuse_batch {
    struct share_request request;
    bool under_way;
    struct fuse_in_header header;
    struct fuse_batch_forget_in in;
    struct fuse_forget_one nodes[FUSE_BATCH];
};

struct fuse_mount {
    struct share_channel *channel;
    struct vnode_table nodes;
    uint32_t read_most, write_most; /* bytes of a read and a write */
    struct fuse_call *idle;
    unsigned idle_count;
    unsigned under_way; /* calls */
    unsigned farewells; /* nodes and batches of them that the server is being told of */
    uint64_t unique;
    struct wait_queue for_call;
    bool complained;
    bool lists_attributes; /* the server has FUSE_READDIRPLUS */
    /* Counts what the image itself changes (FUSE_TIME). What was asked before a change is not believed for
     * long. */
    uint64_t changes;
    uint64_t names_changed; /* at the last change of a name */
    struct fuse_node *names[FUSE_NAME_CHAINS];
    struct fuse_node *newest, *oldest; /* that rest */
    unsigned resting;
    struct fuse_batch batch;
    struct share_listings listings;
#ifdef CONFIG_FUSE_CACHE
    uint16_t file_flags; /* of its files */
#endif
#ifdef CONFIG_LIB_FUSE_DAX
    struct fuse_dax dax;
#endif
};

/* The last messages about a node need no memory of their own, so that none is ever left unsaid. */
struct fuse_farewell {
    struct share_request request;
    struct fuse_in_header header;
    union {
        struct fuse_release_in release;
        uint64_t lookups;
#ifdef CONFIG_LIB_FUSE_DAX
        struct {
            struct fuse_removemapping_in in;
            struct fuse_removemapping_one one;
            struct fuse_dax_range *range;
        } unmap;
#endif
    };
    struct fuse_out_header answer;
};

/*
 * A node that nobody holds rests for as long as its name is known to hold, so that it need not be looked up
 * again: it is in the table, without references, and the server has been told to close what was open of it.
 */
struct fuse_node {
    struct vnode_entry entry; /* first; its number is the server's */
    struct fuse_mount *mount;
    uint64_t lookups; /* how often the server has told of it */
    uint64_t handle;  /* of the open file or directory */
    bool opened;
    bool writable;   /* so opened */
    bool has_former; /* `former` was the handle before it was opened for writing: reads may still be under way
                      */
    uint64_t former;
    uint64_t fresh_until;
    uint64_t changed; /* the mount's `changes` when the image last changed it */
    struct vnode_attributes attributes;
    struct fuse_node *newer, *older; /* that rest, if it does */
    bool rests;
    bool gone;        /* out of all lists; the server is being told so */
    bool closing;     /* `farewell` is under way */
    uint32_t listing; /* a directory: bytes that are asked for next, at most */
    bool listed;      /* a directory: by its handle, just now */
    bool looked_in;   /* a directory: names were looked up that the server was asked for since it was last
                         listed */
    bool told;        /* a listing brought it with its attributes, and nobody has looked it up since */
    struct {
        struct fuse_node *next; /* with the same hash */
        uint64_t directory;     /* its number */
        uint64_t until;         /* clock_monotonic() */
        uint8_t length;         /* 0: no name is known */
        char text[FUSE_NAME_KEPT];
    } name;
    struct fuse_farewell farewell;
#ifdef CONFIG_FUSE_CACHE
    struct share_content content; /* of a file */
    bool closed;                  /* nobody has it open, but pages of it are kept */
#endif
#ifdef CONFIG_LIB_FUSE_DAX
    struct fuse_dax_file dax;
    bool unmapping; /* `farewell` says so */
#endif
};

#ifdef CONFIG_FUSE_CACHE
extern const struct share_operations fuse_operations;
#define FUSE_OPERATIONS (&fuse_operations.vnode)
#define FUSE_TIME(mount) (&share_cache_time)
#else
extern const struct vnode_ops fuse_operations;
#define FUSE_OPERATIONS (&fuse_operations)
#define FUSE_TIME(mount) (&(mount)->changes)
#endif

static inline struct fuse_node *fuse_node_of(struct vnode *vnode)
{
    return (struct fuse_node *)vnode;
}

static inline uint64_t fuse_number(const struct fuse_node *node)
{
    return node->entry.number;
}

/* message.c */
void fuse_complain(struct fuse_mount *mount);
void fuse_header(struct fuse_mount *mount, struct fuse_in_header *header, enum fuse_operation operation,
                 uint64_t node, size_t length);

/* node.c */
/* The vnode that the answer `out` to what was asked at `asked` tells of. */
int fuse_node_at(struct fuse_mount *mount, const struct fuse_entry_out *out, uint64_t asked,
                 struct vnode **found);
/* Sees to it that the file or directory is open, for writing, too, if it is to be. */
int fuse_open(struct fuse_node *node, bool writable);
/* A handle of one's own, and its end. */
int fuse_open_handle(struct fuse_node *node, bool writable, uint64_t *handle);
void fuse_close_handle(struct fuse_node *node, uint64_t handle);
/* It is open as `handle`, unless it is already. */
void fuse_opened(struct fuse_node *node, uint64_t handle, bool writable);

/* farewell.c */
struct vnode *fuse_hold(struct fuse_node *node); /* also of a node that rests */
void fuse_release(struct vnode *vnode);
void fuse_closed(struct vnode *vnode); /* what is open of it is closed */
/* No node rests any more. */
void fuse_wake_all(struct fuse_mount *mount);

/* names.c: which name a node was last found by; `until` 0: not known to hold. */
struct fuse_node *fuse_name_find(const struct fuse_mount *mount, uint64_t directory, const char *name,
                                 size_t length);
void fuse_name_keep(struct fuse_node *node, uint64_t directory, const char *name, size_t length,
                    uint64_t until);
void fuse_name_forget(struct fuse_node *node);
/* The name changes or has changed: it, and what is being asked of any, is not believed. */
void fuse_name_changed(struct fuse_mount *mount, uint64_t directory, const char *name, size_t length);
void fuse_names_forget(struct fuse_mount *mount, uint64_t directory); /* all in a directory, which goes */

/* attributes.c */
uint64_t fuse_deadline(uint64_t seconds, uint32_t nanoseconds); /* clock_monotonic(); 0: at once */
bool fuse_note(struct fuse_node *node, const struct fuse_attributes *from, uint64_t valid,
               uint32_t nanoseconds, uint64_t asked);
void fuse_changed(struct fuse_node *node); /* by the image, just now */
#ifdef CONFIG_FUSE_CACHE
void fuse_unnamed(struct vnode *vnode); /* it has lost a name */
#else
static inline void fuse_unnamed(struct vnode *vnode)
{
    (void)vnode;
}
#endif
int fuse_refresh(struct fuse_node *node);
void fuse_get(struct vnode *vnode, struct vnode_attributes *attributes);
int fuse_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which);
int fuse_statfs(struct vnode *vnode, struct vnode_statfs *values);

/* directory.c */
int fuse_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found);
int fuse_create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                struct vnode **made);
int fuse_link(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int fuse_unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int fuse_rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags);
int fuse_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

/* file.c */
long fuse_read(struct vnode *file, void *buffer, size_t size, uint64_t offset);
long fuse_write(struct vnode *file, const void *data, size_t size, uint64_t offset);
int fuse_allocate(struct vnode *file, unsigned mode, uint64_t offset, uint64_t size);
int fuse_sync(struct vnode *node, bool data_only);

/* window.c: content by the window of mapped files (fuse_dax.h). In images without it this is nothing. */
#ifdef CONFIG_LIB_FUSE_DAX
void fuse_window_begin(struct fuse_mount *mount, const struct fuse_init_out *out);
/* As share_transfer(), by the window where it can be. What has been written has changed the file. */
long fuse_transfer(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                   uint64_t offset, size_t most);
bool fuse_window_has(struct fuse_node *node);
/* Makes the node's farewell one to one of its ranges; false: it has none. And the answer is there. */
bool fuse_window_leave(struct fuse_node *node);
void fuse_window_left(struct fuse_node *node);

static inline void fuse_window_end(struct fuse_mount *mount)
{
    fuse_dax_end(&mount->dax);
}

/* The file may be shorter than `size` soon: nobody is in what lies behind, until fuse_window_let(). */
static inline void fuse_window_hold(struct fuse_node *node, uint64_t size)
{
    fuse_dax_hold(&node->mount->dax, &node->dax, size);
}

static inline void fuse_window_let(struct fuse_node *node)
{
    fuse_dax_let(&node->dax);
}
#else
static inline void fuse_window_begin(struct fuse_mount *mount, const struct fuse_init_out *out)
{
    (void)mount, (void)out;
}

static inline long fuse_transfer(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                                 uint64_t offset, size_t most)
{
    long done = share_transfer(file, once, write, buffer, size, offset, most);

    if (write)
        fuse_changed(fuse_node_of(file));
    return done;
}

static inline bool fuse_window_has(struct fuse_node *node)
{
    (void)node;
    return false;
}

static inline bool fuse_window_leave(struct fuse_node *node)
{
    (void)node;
    return false;
}

static inline void fuse_window_left(struct fuse_node *node)
{
    (void)node;
}

static inline void fuse_window_end(struct fuse_mount *mount)
{
    (void)mount;
}

static inline void fuse_window_hold(struct fuse_node *node, uint64_t size)
{
    (void)node, (void)size;
}

static inline void fuse_window_let(struct fuse_node *node)
{
    (void)node;
}
#endif
