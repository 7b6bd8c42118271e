/*
 * The vnodes of a file system whose files stand elsewhere, found by a number, so that one file has one vnode.
 *
 * A table is its owner's memory, empty when it is all zeroes; nothing is allocated. A vnode in it has the
 * entry right behind its struct vnode.
 */
#pragma once

#include <vnode.h>

#define VNODE_TABLE_CHAINS 64u

struct vnode_entry {
    struct vnode vnode;
    struct vnode_entry *next;
    uint64_t number; /* what the file is called elsewhere */
};

struct vnode_table {
    struct vnode_entry *chains[VNODE_TABLE_CHAINS];
};

/* The entry of that number; no reference is counted. NULL: there is none. */
struct vnode_entry *vnode_table_find(const struct vnode_table *table, uint64_t number);

/* There is none of its number. */
void vnode_table_add(struct vnode_table *table, struct vnode_entry *entry);

/* Whether somebody holds anything of the table beside one reference to `root`: then nothing can be unmounted.
 */
bool vnode_table_is_held(const struct vnode_table *table, const struct vnode *root);

/* False: it is not in the table. */
bool vnode_table_remove(struct vnode_table *table, const struct vnode_entry *entry);
