/*
 * What names.c does, for operations.c. All but lookup and create run within an operation of the caller.
 */
#pragma once

#include "directory.h"

struct ext4_rename {
    struct ext4_node *from, *file, *to, *replaced; /* `replaced` may be NULL */
    const char *name, *new_name;
    size_t length, new_length;
    unsigned flags;
};

int ext4_lookup(struct ext4_node *dir, const char *name, size_t length, struct ext4_node **found);
int ext4_create(struct ext4_node *dir, const char *name, size_t length, const struct vnode_new *what,
                struct ext4_node **made);
int ext4_link(struct ext4_node *dir, const char *name, size_t length, struct ext4_node *file);
int ext4_unlink(struct ext4_node *dir, const char *name, size_t length, struct ext4_node *file);
int ext4_rename(const struct ext4_rename *rename);
