/* The parts of this file system. */
#pragma once

#include "message.h"

#include <vnode_table.h>

#define FUSE_PAGE 4096u
#define FUSE_PAGES_USUAL 32u /* in a message, of a server that does not say: include/linux/fuse.h */
#define FUSE_PAGES_MOST 256u
#define FUSE_WRITE_LEAST 4096u

struct fuse_mount {
    struct share_channel *channel;
    struct vnode_table nodes;
    uint32_t read_most, write_most; /* bytes of a read and a write */
    struct fuse_call *idle;
    unsigned idle_count;
    unsigned under_way; /* calls */
    unsigned farewells; /* nodes that the server is being told of */
    uint64_t unique;
    struct wait_queue for_call;
    bool complained;
};

/* The last messages about a node need no memory of their own, so that none is ever left unsaid. */
struct fuse_farewell {
    struct share_request request;
    struct fuse_in_header header;
    union {
        struct fuse_release_in release;
        uint64_t lookups;
    };
    struct fuse_out_header answer;
};

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
    struct vnode_attributes attributes;
    struct fuse_farewell farewell;
};

extern const struct vnode_ops fuse_operations;

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
/* The vnode that the answer `out` tells of. */
int fuse_node_at(struct fuse_mount *mount, const struct fuse_entry_out *out, struct vnode **found);
/* Sees to it that the file or directory is open, for writing, too, if it is to be. */
int fuse_open(struct fuse_node *node, bool writable);
/* It is open as `handle`, unless it is already. */
void fuse_opened(struct fuse_node *node, uint64_t handle, bool writable);
void fuse_release(struct vnode *vnode);

/* attributes.c */
bool fuse_note(struct fuse_node *node, const struct fuse_attributes *from, uint64_t valid,
               uint32_t nanoseconds);
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
