/*
 * What ramfs knows of a file, a directory or a symbolic link.
 */
#pragma once

#include <vnode.h>

struct content {
    uint64_t size;
    const unsigned char *adopted; /* memory that stands for what has no page */
    uint64_t adopted_size;        /* at most `size` */
    void *root;      /* the page of the only part (levels 0), or a page of pointers; NULL: nothing */
    unsigned levels; /* pages of pointers between root and data */
    uint64_t pages;  /* of data */
};

/* A name in a directory. The list is in order of creation, so `serial` grows along it. */
struct entry {
    struct entry *next, *previous;
    struct entry *chain; /* the next with the same hash */
    struct node *node;
    uint64_t serial;
    uint32_t hash;
    uint16_t length;
    char name[];
};

struct directory {
    struct entry *first, *last;
    struct entry **chains; /* 1 << chain_bits lists, or NULL: then the list is searched */
    unsigned chain_bits;
    size_t count;
    uint64_t serial; /* of the newest entry */
    struct node *parent;
    struct entry *entry; /* its own, in `parent` */
};

struct node {
    struct vnode vnode;
    uint32_t permissions;
    uint32_t user, group;
    uint32_t links;
    uint64_t inode;
    int64_t access_time, modification_time, change_time;
    union {
        struct content content;
        struct directory directory;
        struct {
            size_t length;
            char *text;
        } target;
        uint32_t special_device;
    };
};

static inline struct node *node_of(struct vnode *vnode)
{
    return (struct node *)vnode;
}

/* ramfs.c: a name goes; whether its file goes too is the caller's business */
void ramfs_detach(struct node *dir, struct entry *entry);

/* unmount.c */
int ramfs_unmount(struct vnode *root);

/* content.c: the bytes of a file, with the meaning of the operations of struct vnode_ops */
long ramfs_content_read(const struct content *content, void *buffer, size_t size, uint64_t offset);
long ramfs_content_view(const struct content *content, size_t size, uint64_t offset, const void **data,
                        bool *lasting);
long ramfs_content_write(struct content *content, const void *data, size_t size, uint64_t offset);
void ramfs_content_resize(struct content *content, uint64_t size);

/* directory.c: names. An entry is made in two steps, so that nothing can fail once something has changed. */
struct entry *ramfs_entry_find(const struct directory *directory, const char *name, size_t length);
struct entry *ramfs_entry_new(const char *name, size_t length); /* NULL: no memory */
void ramfs_entry_add(struct directory *directory, struct entry *entry, struct node *node);
void ramfs_entry_remove(struct directory *directory, struct entry *entry); /* and frees it */
