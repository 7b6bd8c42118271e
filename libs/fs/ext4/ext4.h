/*
 * What the parts of ext4 share.
 *
 * All of a mounted file system's functions run with its lock held, so they are never entered twice, and may
 * wait for the disk. What changes metadata does so in an operation: between ext4_begin() and ext4_end(). When
 * something fails in between, ext4_end() restores everything: buffers, inodes, groups, counts. So nobody has
 * to clean up by himself, and nothing but an operation that succeeded ever gets into a transaction
 * (transaction.c).
 *
 * Results are 0 or more, or a negated errno. Who finds that the disk's content makes no sense calls
 * ext4_corrupted().
 */
#pragma once

#include "disk.h"

#include <block_cache.h>
#include <config.h>
#include <log.h>
#include <vnode.h>
#include <wait_lock.h>

/* --- a mounted file system --- */

struct ext4_group {
    uint64_t block_bitmap, inode_bitmap, inode_table;
    uint32_t free_blocks, free_inodes, directories;
    uint32_t unused_inodes; /* at the end of its table, never used so far */
    uint32_t block_checksum, inode_checksum;
    uint16_t flags;
    bool touched;                        /* in this operation */
    bool changed;                        /* since the last commit */
    bool blocks_changed, inodes_changed; /* their bitmaps */
};

/* Counts that change with every operation. */
struct ext4_counts {
    uint64_t free_blocks; /* without those that `freed` lists */
    uint32_t free_inodes;
    uint32_t last_orphan;
};

/* Blocks that are given up, but not free before the transaction is committed. */
struct ext4_freed {
    uint64_t block;
    uint32_t count;
    bool metadata;
};

/* Where a part of the journal stands. */
struct ext4_journal_run {
    uint32_t first, count; /* blocks of the journal */
    uint64_t physical;
};

struct ext4_journal {
    struct ext4_journal_super *super; /* one block */
    struct ext4_journal_run *runs;
    uint32_t run_count;
    uint32_t first, length; /* the log is the blocks from `first` to before `length` */
    uint32_t head;          /* where the next transaction goes */
    uint32_t used;          /* blocks of the log that a replay would need */
    uint32_t features;      /* incompatible ones */
    uint32_t seed;
};

#define EXT4_UNDO_GROUPS 32

struct ext4 {
    struct block_device *device;
    struct block_cache cache;
    struct wait_lock lock;
    struct ext4 *next; /* of all that are mounted */
    struct ext4_node *root;

    struct ext4_super super;
    uint32_t block_size, block_bits, sectors; /* of a block */
    uint32_t inode_size, descriptor_size;
    uint32_t group_count;
    uint64_t block_count;
    uint32_t seed; /* of checksums */
    bool checksums, read_only;
    bool replayed; /* what is on the disk can be relied on */
    bool resting;  /* the disk does not say that it is in use */
    bool failed;   /* the disk is damaged, or does not work: nothing is written any more */
    uint8_t hash_version;
    bool discards; /* as long as the disk can */
    struct ext4_group *groups;

    struct ext4_node **nodes; /* EXT4_NODE_CHAINS lists of those in memory, by number */

    void *bounce;                 /* one block, for parts of blocks */
    struct ext4_rewrite *rewrite; /* memory for ext4_rewrite(), once there was one */

    bool has_journal;
    struct ext4_journal journal;

    /* the transaction that is being collected */
    uint32_t transaction;
    uint32_t transaction_limit; /* blocks */
    uint64_t began;             /* clock_monotonic(), of the first operation in it */
    struct ext4_counts counts;
    struct ext4_freed *freed;
    uint32_t freed_count, freed_room;
    uint64_t freed_blocks; /* in all */
    struct ext4_node *dirty_nodes;
    uint32_t writes, flushed; /* counts writes of file content; what `writes` was at the last flush */

    /* the operation that runs */
    struct ext4_counts counts_before;
    uint32_t freed_count_before;
    uint64_t freed_blocks_before;
    struct ext4_node *touched_nodes;
    struct {
        uint32_t number;
        struct ext4_group group;
    } groups_before[EXT4_UNDO_GROUPS];
    uint32_t groups_touched;
};

/* --- a file --- */

#define EXT4_NODE_CHAINS 64u

struct ext4_node {
    struct vnode vnode;
    struct ext4 *fs;
    struct ext4_node *chain;
    struct ext4_node *next_dirty, *next_touched;
    uint32_t number;
    uint32_t seed;       /* of checksums in what belongs to it */
    uint32_t changed_in; /* the transaction that has its last change */
    uint32_t content_in; /* ... of what is needed to find its content: fdatasync(2) */
    uint32_t written;    /* fs->writes after its content was last written */
    bool dirty, joined, touched;
    bool stale_tail;           /* has been cut: its last block holds old content behind the end */
    struct ext4_inode *before; /* memory for a copy, behind the inode */
    uint32_t before_changed_in, before_content_in;
    struct ext4_inode inode[]; /* fs->inode_size bytes */
};

static inline struct ext4_node *ext4_node_of(struct vnode *vnode)
{
    return (struct ext4_node *)vnode;
}

static inline uint64_t ext4_size(const struct ext4_node *node)
{
    return (uint64_t)node->inode->size_high << 32 | node->inode->size_lo;
}

static inline void ext4_set_size(struct ext4_node *node, uint64_t size)
{
    node->inode->size_lo = (uint32_t)size;
    node->inode->size_high = (uint32_t)(size >> 32);
}

static inline uint32_t ext4_min(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

/* --- failure.c --- */

/* Writes to the log, forbids further changes, and returns -EUCLEAN. */
int ext4_corrupted(struct ext4 *fs, const char *what, uint64_t where) __attribute__((cold));
/* The same for a disk that does not work, with the error it gave. */
int ext4_broken(struct ext4 *fs, const char *what, int error) __attribute__((cold));

/* --- super.c, group.c --- */

int ext4_super_load(struct ext4 *fs);   /* and checks it */
int ext4_super_write(struct ext4 *fs);  /* to its place, without a journal, and waits until it is there */
void ext4_super_count(struct ext4 *fs); /* brings the counts into fs->super */
void ext4_super_seal(struct ext4 *fs, struct ext4_super *super);
/* Before the journal has been replayed only the first, which is enough for finding the journal. */
int ext4_groups_load(struct ext4 *fs);
int ext4_group_change(struct ext4 *fs, uint32_t group); /* announces that it is about to change */
int ext4_groups_store(struct ext4 *fs);                 /* puts what has changed into the transaction */

static inline uint64_t ext4_group_start(const struct ext4 *fs, uint32_t group)
{
    return fs->super.first_data_block + (uint64_t)group * fs->super.blocks_per_group;
}

static inline uint32_t ext4_group_of(const struct ext4 *fs, uint64_t block)
{
    return (uint32_t)((block - fs->super.first_data_block) / fs->super.blocks_per_group);
}

static inline uint32_t ext4_group_blocks(const struct ext4 *fs, uint32_t group)
{
    return ext4_min(fs->block_count - ext4_group_start(fs, group), fs->super.blocks_per_group);
}

/* --- block.c: buffers with what they hold --- */

enum ext4_kind {
    EXT4_PLAIN = 1,    /* anything goes */
    EXT4_EXTENTS,      /* a node of a file's tree of extents */
    EXT4_DIRECTORY,    /* entries */
    EXT4_TREE_ROOT,    /* "." and "..", and hashes */
    EXT4_TREE_NODE,    /* hashes */
    EXT4_ATTRIBUTES,   /* extended attributes */
    EXT4_BLOCK_BITMAP, /* `seed`: the group's number */
    EXT4_INODE_BITMAP,
};

/* Reads and checks a block. */
int ext4_block_get(struct ext4 *fs, uint64_t block, enum ext4_kind kind, uint32_t seed,
                   struct block_buffer **buffer);
/* A block that has just been allocated: zeroes. */
int ext4_block_new(struct ext4 *fs, uint64_t block, enum ext4_kind kind, uint32_t seed,
                   struct block_buffer **buffer);
void ext4_block_seal(struct ext4 *fs, struct block_buffer *buffer); /* puts its checksum in */

static inline void ext4_block_put(struct ext4 *fs, struct block_buffer *buffer)
{
    block_cache_put(&fs->cache, buffer);
}

static inline int ext4_block_change(struct ext4 *fs, struct block_buffer *buffer)
{
    return block_cache_change(&fs->cache, buffer);
}

/* --- bitmap.c --- */

uint32_t ext4_bits_next(const uint8_t *bits, uint32_t from, uint32_t end,
                        bool set); /* `end`: there is none */
void ext4_bits_set(uint8_t *bits, uint32_t from, uint32_t count);
void ext4_bits_clear(uint8_t *bits, uint32_t from, uint32_t count);
/* The bitmap of a group, made if it has none so far. */
int ext4_bitmap(struct ext4 *fs, uint32_t group, bool inodes, struct block_buffer **buffer);

/* --- allocate.c: blocks --- */

/* At most `wanted` blocks in a row, at `goal` if possible. */
int ext4_blocks_allocate(struct ext4 *fs, uint64_t goal, uint32_t wanted, uint64_t *block, uint32_t *count);
int ext4_blocks_free(struct ext4 *fs, uint64_t block, uint32_t count, bool metadata);
void ext4_blocks_release(struct ext4 *fs); /* what has been freed can be allocated from now on */

/* --- discard.c, with EXT4_DISCARD: the disk is told what it need not keep --- */

/* After the commit: the first `count` entries of fs->freed, which the commit has made free. */
void ext4_discard_freed(struct ext4 *fs, uint32_t count);
extern struct fs_trim ext4_trim;         /* for FITRIM */
void ext4_discard_free(struct ext4 *fs); /* all that is free, while no operation runs */

/* --- inode.c: which inodes are used --- */

int ext4_inode_allocate(struct ext4 *fs, const struct ext4_node *parent, bool directory, uint32_t *number);
int ext4_inode_free(struct ext4 *fs, uint32_t number, bool directory);

/* --- node.c: files in memory --- */

int ext4_node_get(struct ext4 *fs, uint32_t number, struct ext4_node **node); /* a reference */
/* A file that has just been made, with a reference. If the operation fails, ext4_node_forget(). */
int ext4_node_new(struct ext4 *fs, uint32_t number, uint32_t mode, struct ext4_node **node);
void ext4_node_forget(struct ext4_node *node);
void ext4_node_put(struct ext4_node *node);                 /* NULL does nothing. The lock is held */
int ext4_node_change(struct ext4_node *node, bool content); /* announces that its inode is about to change */
void ext4_nodes_undo(struct ext4 *fs);                      /* ends an operation */
void ext4_nodes_accept(struct ext4 *fs);
int ext4_nodes_store(struct ext4 *fs);
void ext4_nodes_drop(struct ext4 *fs); /* frees all of them */
void ext4_nodes_rest(struct ext4 *fs); /* after a commit: nobody is dirty */

int64_t ext4_now(void);
#define EXT4_ACCESS_TIME 1u
#define EXT4_CHANGE_TIME 2u
#define EXT4_MODIFICATION_TIME 4u
void ext4_set_times(struct ext4_node *node, unsigned which, int64_t time);
void ext4_set_birth(struct ext4_node *node, int64_t time);
/* Changes the modification time; announces it, too. */
int ext4_modified(struct ext4_node *node);
void ext4_get(struct vnode *vnode, struct vnode_attributes *attributes);
void ext4_add_blocks(struct ext4_node *node, int64_t blocks); /* to what the file occupies */

/* --- orphan.c: files without a name, or that are being cut, which a crash must not leave behind --- */

int ext4_orphan_add(struct ext4_node *node);
int ext4_orphan_remove(struct ext4_node *node);
int ext4_orphan_file_clean(struct ext4 *fs);
int ext4_orphans_clean(struct ext4 *fs); /* at the mount */
/* Gives up a file without names, in as many operations as it takes. */
int ext4_node_delete(struct ext4_node *node);

/* --- extent.c, extent_change.c --- */

enum ext4_state { EXT4_HOLE, EXT4_WRITTEN, EXT4_UNWRITTEN };

struct ext4_mapping {
    uint64_t physical;
    uint32_t count; /* blocks, of the same state */
    enum ext4_state state;
};

struct ext4_path {
    struct ext4_node *node;
    int depth; /* level of the leaf */
    struct {
        struct block_buffer *buffer; /* NULL: the inode */
        struct ext4_extent_header *header;
        int at; /* the last entry that does not begin behind what was searched; -1: none, in a leaf only */
    } level[EXT4_EXTENT_DEPTH_MAX + 1];
};

static inline struct ext4_extent *ext4_extents(struct ext4_extent_header *header)
{
    return (struct ext4_extent *)(header + 1);
}

static inline uint64_t ext4_extent_start(const struct ext4_extent *extent)
{
    return (uint64_t)extent->start_hi << 32 | extent->start_lo;
}

static inline uint32_t ext4_extent_length(const struct ext4_extent *extent)
{
    return extent->length <= EXT4_EXTENT_LENGTH_MAX ? extent->length
                                                    : extent->length - EXT4_EXTENT_LENGTH_MAX;
}

void ext4_extents_begin(struct ext4_node *node); /* an empty tree */
bool ext4_extents_valid(const struct ext4 *fs, struct ext4_extent_header *header, uint32_t room);
int ext4_path_find(struct ext4_node *node, uint32_t block, struct ext4_path *path);
void ext4_path_put(struct ext4_path *path);
uint64_t ext4_path_next(const struct ext4_path *path); /* first block of the next extent; 1 << 32: none */
int ext4_map(struct ext4_node *node, uint32_t block, struct ext4_mapping *mapping);

int ext4_extent_insert(struct ext4_node *node, uint32_t block, uint64_t physical, uint32_t count,
                       bool unwritten);
/* Takes the first piece out of the tree that lies from `from` to before `to`; returns its length, 0 if there
 * is none. Its blocks become free, unless `keep`. */
long ext4_extent_remove(struct ext4_node *node, uint64_t from, uint64_t to, bool keep);
int ext4_extent_split(struct ext4_path *path); /* extent_split.c: makes room, at some level */

/* --- truncate.c --- */

/* Removes blocks in several operations. Afterwards no operation runs. */
int ext4_remove_range(struct ext4_node *node, uint64_t from, uint64_t to);
int ext4_resize(struct ext4_node *node, uint64_t size);

/* --- file.c --- */

long ext4_read(struct ext4_node *node, void *buffer, size_t size, uint64_t offset);
long ext4_write(struct ext4_node *node, const void *data, size_t size, uint64_t offset);
/* rewrite.c: vnode_ops.rewrite */
long ext4_rewrite(struct ext4_node *node, const struct vnode_piece *pieces, size_t count);
/* Blocks for a part of a file that has none: behind those before it, if possible. */
int ext4_file_allocate(struct ext4_node *node, uint32_t block, uint32_t wanted, struct ext4_mapping *mapping);
/* Makes zeroes of what is stored of some bytes in one block. */
int ext4_zero_bytes(struct ext4_node *node, uint64_t from, uint64_t to);
int ext4_allocate_range(struct ext4_node *node, unsigned mode, uint64_t offset, uint64_t size);

/* --- mount.c --- */

int ext4_wake(struct ext4 *fs); /* the disk says from here on that it is in use */

/* --- transaction.c, journal.c, replay.c --- */

#define EXT4_OPERATION_BLOCKS 48u /* more than any operation changes */

int ext4_begin(struct ext4 *fs);
int ext4_end(struct ext4 *fs, int result); /* returns `result`, unless ending fails */
/* Whether an operation that found no room may try again. */
bool ext4_again(struct ext4 *fs, int result);
int ext4_commit(struct ext4 *fs);      /* all operations so far are on the disk when it returns */
int ext4_flush(struct ext4 *fs);       /* and all content */
int ext4_sync_device(struct ext4 *fs); /* all content that has been written */
int ext4_checkpoint(struct ext4 *fs);  /* all metadata is at its place */

int ext4_journal_open(struct ext4 *fs); /* reads its description, and replays it */
int ext4_journal_start(struct ext4 *fs);
int ext4_journal_commit(struct ext4 *fs, const uint64_t *revoked, uint32_t revoked_count);
int ext4_journal_empty(struct ext4 *fs, bool stop); /* nothing has to be replayed any more */
int ext4_journal_super_write(struct ext4 *fs);
int ext4_journal_replay(struct ext4 *fs);
uint64_t ext4_journal_physical(const struct ext4_journal *journal, uint32_t block, uint32_t *run);
uint32_t ext4_journal_tag_size(const struct ext4_journal *journal);
/* Of a block with the checksum in its last four bytes. */
uint32_t ext4_journal_tail_checksum(const struct ext4 *fs, const void *block);
