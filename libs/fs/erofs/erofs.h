/*
 * Inside the library: a mounted file system, its files, and who reads what.
 *
 * Nothing that the image says is trusted: block numbers are checked where blocks are read (storage.c), sizes
 * and offsets where they are used. An image that contradicts itself gives -EIO, and a line in the log.
 */
#pragma once

#include "format.h"

#include <config.h>
#include <stdbool.h>
#include <stddef.h>
#include <vnode.h>
#ifdef CONFIG_EROFS_DISK
#include <wait_lock.h>
#endif

#define EROFS_SLOTS 8 /* blocks of metadata of a disk that stay in memory */

struct block_device;
struct erofs_file;

/* Uncompressed data: a part of a file, and whoever uses it takes it away meanwhile (extent.c). */
struct erofs_extent {
    uint64_t file; /* its number */
    uint64_t start;
    size_t size;  /* bytes that are there */
    size_t pages; /* room */
    unsigned char *data;
};

struct erofs {
    const unsigned char *memory; /* all of it; NULL: it is on `disk` */
    uint32_t blocks;
    uint32_t meta_block;
    uint64_t file_count;
    int64_t time;             /* of files that have none of their own */
    struct erofs_file *files; /* those that somebody holds */
    bool compressed_at_end;
    bool complained;
#ifdef CONFIG_EROFS_DISK
    struct block_device *disk;
    struct wait_lock filling; /* held while a slot is being filled */
    struct {
        uint64_t block; /* UINT64_MAX: none */
        unsigned char *data;
    } slots[EROFS_SLOTS];
#endif
    struct erofs_extent last; /* what was uncompressed last; data NULL: nothing, or somebody uses it */
};

struct erofs_file {
    struct vnode vnode;
    struct erofs *fs;
    struct erofs_file *next; /* in the list of fs->files */
    uint64_t number;
    uint64_t size;
    int64_t time;
    uint32_t mode, links, user, group;
    uint32_t data;   /* as the inode has it: a block, a device, a format */
    uint64_t behind; /* address behind the inode and its extended attributes */
    enum erofs_layout layout;
};

static inline struct erofs_file *erofs_file_of(struct vnode *vnode)
{
    return (struct erofs_file *)vnode;
}

static inline bool erofs_is_compressed(const struct erofs_file *file)
{
    return file->layout == EROFS_COMPRESSED_FULL || file->layout == EROFS_COMPRESSED_PACKED;
}

/* --- storage.c: addresses are bytes from the image's beginning --- */

/* The block; it stays until the caller waits, or asks for another one. NULL: *error says why. */
const unsigned char *erofs_block(struct erofs *fs, uint64_t block, int *error);

/* Copies `size` bytes of metadata to memory that is the kernel's own. 0 or a negated errno. */
int erofs_copy(struct erofs *fs, uint64_t address, void *buffer, size_t size);

/* Reads data to wherever `buffer` is. 0 or a negated errno. */
int erofs_read_data(struct erofs *fs, uint64_t address, void *buffer, size_t size);

/* The image is damaged: says so, once. Returns -EIO. */
int erofs_damaged(struct erofs *fs, const char *what);

void erofs_storage_end(struct erofs *fs);

/* --- node.c --- */

/* The file of a number, with a reference. */
int erofs_file_get(struct erofs *fs, uint64_t number, struct vnode **found);

/* --- directory.c --- */

int erofs_lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found);
int erofs_entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context);

/* --- data.c --- */

long erofs_read(struct vnode *file, void *buffer, size_t size, uint64_t offset);

/* Of a file in memory whose bytes lie in a row. */
long erofs_view(struct vnode *file, size_t size, uint64_t offset, const void **data, bool *lasting);

/* --- index.c, extent.c: compressed files --- */

/* A part of a file that is compressed, or stored, by itself. */
struct erofs_mapped {
    uint64_t start, end; /* in the file */
    uint64_t address;    /* of the `size` bytes in the image */
    uint32_t size;
    bool stored;
};

/* Where the data at `offset` of the file are. */
int erofs_map(struct erofs_file *file, uint64_t offset, struct erofs_mapped *mapped);

long erofs_read_compressed(struct erofs_file *file, void *buffer, size_t size, uint64_t offset);

/* --- lz4.c --- */

/* Fills `out` to its end from an LZ4 block, however much it holds beyond. -EIO: it is none, or too short. */
int erofs_lz4(const unsigned char *in, size_t in_size, unsigned char *out, size_t out_size);
