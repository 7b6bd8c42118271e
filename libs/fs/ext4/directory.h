/*
 * Directories: what hash.c, directory.c, list.c and the files of trees do for each other and for names.c.
 */
#pragma once

#include "ext4.h"

struct ext4_hash {
    uint32_t major; /* even */
    uint32_t minor;
};

struct ext4_hash ext4_hash(const struct ext4 *fs, uint8_t version, const char *name, size_t length);

struct ext4_place {
    struct block_buffer *buffer;
    struct ext4_entry *entry, *previous; /* in the same block, or NULL */
};

static inline uint32_t ext4_entry_room(size_t name_length) /* bytes of an entry */
{
    return (uint32_t)(8 + name_length + 3) & ~3u;
}

static inline uint32_t ext4_directory_room(const struct ext4 *fs) /* bytes of a block that hold entries */
{
    return fs->block_size - (fs->checksums ? (uint32_t)sizeof(struct ext4_entry_tail) : 0);
}

static inline struct ext4_entry *ext4_entry_at(const struct block_buffer *buffer, uint32_t offset)
{
    return (struct ext4_entry *)((char *)buffer->data + offset);
}

int ext4_directory_block(struct ext4_node *dir, uint32_t block, enum ext4_kind kind,
                         struct block_buffer **buffer);
int ext4_directory_append(struct ext4_node *dir, enum ext4_kind kind, uint32_t *block,
                          struct block_buffer **buffer);
void ext4_directory_empty(struct ext4 *fs, struct block_buffer *buffer); /* one unused entry */
bool ext4_directory_valid(const struct ext4 *fs, const struct block_buffer *buffer);
/* -ENOENT */
int ext4_directory_find_in(struct ext4 *fs, struct block_buffer *buffer, const char *name, size_t length,
                           struct ext4_place *place);
/* -ENOSPC: no room in this block */
int ext4_directory_add_to(struct ext4 *fs, struct block_buffer *buffer, const char *name, size_t length,
                          uint32_t number, uint32_t mode);
int ext4_directory_find(struct ext4_node *dir, const char *name, size_t length, struct ext4_place *place);
int ext4_directory_add(struct ext4_node *dir, const char *name, size_t length, uint32_t number,
                       uint32_t mode);
int ext4_directory_remove(struct ext4_node *dir, const char *name, size_t length);
int ext4_directory_replace(struct ext4_node *dir, const char *name, size_t length, uint32_t number,
                           uint32_t mode);
int ext4_directory_begin(struct ext4_node *dir, uint32_t parent); /* with "." and ".." */
int ext4_directory_is_empty(struct ext4_node *dir);               /* 1: yes */
int ext4_directory_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

static inline bool ext4_is_tree(const struct ext4_node *dir)
{
    return (dir->inode->flags & EXT4_INODE_INDEX) != 0;
}

bool ext4_tree_valid(const struct ext4 *fs, const struct block_buffer *buffer, bool root);
struct ext4_tree_entry *ext4_tree_entries(const struct block_buffer *buffer, bool root);
uint8_t ext4_tree_hash_version(struct ext4_node *dir, const struct block_buffer *root);

/* The way to a leaf of a tree. */
struct ext4_tree_path {
    int levels; /* of the last node */
    struct {
        struct block_buffer *buffer;
        struct ext4_tree_entry *entries;
        uint32_t at;
    } level[2];
};

int ext4_tree_path_find(struct ext4_node *dir, uint32_t hash, struct ext4_tree_path *path);
void ext4_tree_path_put(struct ext4_node *dir, struct ext4_tree_path *path);
int ext4_tree_path_leaf(struct ext4_node *dir, struct ext4_tree_path *path, struct block_buffer **leaf);
/* To the next leaf: 1, with the hash that it begins with, odd if it goes on with that of the leaf before; 0:
 * it was the last. On an error the path has been put. */
int ext4_tree_path_next(struct ext4_node *dir, struct ext4_tree_path *path, uint32_t *hash);
int ext4_tree_find(struct ext4_node *dir, const char *name, size_t length, struct ext4_place *place);
int ext4_tree_add(struct ext4_node *dir, const char *name, size_t length, uint32_t number, uint32_t mode);
int ext4_tree_begin(struct ext4_node *dir); /* makes a tree of a directory of one block */
