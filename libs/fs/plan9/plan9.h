/* The parts of this file system. */
#pragma once

#include "message.h"

#include <config.h>
#include <share_listing.h>
#include <vnode_table.h>
#ifdef CONFIG_PLAN9_CACHE
#include <share_cache.h>
#endif

#define PLAN9_MESSAGE_MOST                                                                                   \
    ((uint32_t)512 << 10) /* bytes; the data are not copied, so there is no buffer of it */
#define PLAN9_MESSAGE_LEAST 4096u
#define PLAN9_WRITE_HEADER 23u /* of a Twrite, before its data */
#define PLAN9_FRESH                                                                                          \
    UINT64_C(10000000) /* ns: how long attributes are what the server said, if no option says */

/* Numbers of fids: a bit each. */
struct plan9_fids {
    uint64_t *used;
    uint64_t *dying; /* nobody uses them, but the server does not know yet */
    uint32_t words;
    uint32_t dying_count;
};

struct plan9_mount {
    struct share_channel *channel;
    struct vnode_table nodes;
    struct plan9_fids fids;
    uint32_t message_size; /* the largest message, in bytes */
    uint64_t fresh;        /* ns: how long attributes hold */
    uint64_t changes;      /* by the image (PLAN9_TIME): what was asked before one is not believed for long */
    struct share_listings listings;
    struct plan9_call *idle;
    struct plan9_call *waiting; /* each for the end of others */
    unsigned idle_count;
    uint64_t tags; /* a bit each */
    struct wait_queue for_call;
    bool complained;
    bool unmounted; /* waits for its last call */
#ifdef CONFIG_PLAN9_CACHE
    uint16_t file_flags;   /* of its files */
    uint16_t folder_flags; /* of its folders */
#endif
};

struct plan9_node {
    struct vnode_entry entry; /* first; its number is qid.path */
    struct plan9_mount *mount;
    uint32_t fid;    /* where it is; may be the same as `opened` */
    uint32_t opened; /* PLAN9_NO_FID: not yet */
    bool writable;   /* so opened */
    bool fresh;      /* `attributes` hold until fresh_until */
    bool misplaced;  /* it has lost a name since `fid` came, which another file may have by now */
    uint64_t fresh_until;
    uint64_t changed; /* the mount's `changes` when the image last changed it */
    struct vnode_attributes attributes;
#ifdef CONFIG_PLAN9_CACHE
    struct share_content content; /* of a file */
#endif
};

#ifdef CONFIG_PLAN9_CACHE
extern const struct share_operations plan9_operations;
#define PLAN9_OPERATIONS (&plan9_operations.vnode)
#define PLAN9_TIME(mount) (&share_cache_time)
#else
extern const struct vnode_ops plan9_operations;
#define PLAN9_OPERATIONS (&plan9_operations)
#define PLAN9_TIME(mount) (&(mount)->changes)
#endif

static inline struct plan9_node *plan9_node_of(struct vnode *vnode)
{
    return (struct plan9_node *)vnode;
}

/* fids.c: a number that is free (PLAN9_NO_FID: no memory), and one that is free again. */
uint32_t plan9_fid_new(struct plan9_mount *mount);
void plan9_fid_free(struct plan9_mount *mount, uint32_t fid);
/* Tells the server that a fid is not used any more, now or later; never waits. PLAN9_NO_FID does nothing. */
void plan9_clunk(struct plan9_mount *mount, uint32_t fid);
/* The same for one that calls under way may name: it is kept until they have ended, as a server may take up
 * requests in any order. */
void plan9_retire(struct plan9_mount *mount, uint32_t fid);
void plan9_clunk_dying(struct plan9_mount *mount);

/* message.c: whether plan9_begin() would not have to wait, nor ask for memory in vain. */
struct plan9_call *plan9_begin_now(struct plan9_mount *mount, uint8_t type);
void plan9_complain(struct plan9_mount *mount);

/* node.c */
struct plan9_name {
    const char *text;
    size_t length;
};
#define PLAN9_WALK_MOST 16u /* names in a Twalk */
/* A fid of a node may become another one while a call waits for its turn: it is looked at after that. */
/* Makes `*to` a fid of what `count` names lead to from `from`; of the same file without any. */
int plan9_walk(struct plan9_mount *mount, const uint32_t *from, const struct plan9_name *names,
               unsigned count, uint32_t *to);
/* The vnode of the file that `fid` is at, which is taken over, also on an error. */
int plan9_node_at(struct plan9_mount *mount, uint32_t fid, struct vnode **found);
/* One whose type is known: a regular file that `fid` is open for. */
int plan9_node_created(struct plan9_mount *mount, uint32_t fid, uint64_t number, struct vnode **made);
/* Sees to it that the file is open, for writing, too, if it is to be. */
int plan9_open(struct plan9_node *node, bool writable);
void plan9_release(struct vnode *vnode);
void plan9_closed(struct vnode *vnode); /* what is open of it is closed */

/* attributes.c */
int plan9_attributes(struct plan9_mount *mount, const uint32_t *fid, uint64_t *number,
                     struct vnode_attributes *attributes);
int plan9_refresh(struct plan9_node *node);
/* Whether its fid still leads to it, as far as a server can tell: 0, or an error. */
int plan9_placed(struct plan9_node *node);
void plan9_get(struct vnode *vnode, struct vnode_attributes *attributes);
int plan9_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which);
/* They were asked for at `asked` (PLAN9_TIME). */
void plan9_note(struct plan9_node *node, const struct vnode_attributes *attributes, uint64_t asked);
void plan9_changed(struct plan9_node *node); /* by the image, just now */

/* directory.c */
int plan9_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found);
int plan9_create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                 struct vnode **made);
int plan9_link(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int plan9_unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file);
int plan9_rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                 const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags);
int plan9_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

/* file.c */
long plan9_read(struct vnode *file, void *buffer, size_t size, uint64_t offset);
long plan9_write(struct vnode *file, const void *data, size_t size, uint64_t offset);
int plan9_sync(struct vnode *node, bool data_only);

/* space.c */
int plan9_statfs(struct vnode *node, struct vnode_statfs *values);
