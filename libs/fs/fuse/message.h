/*
 * Messages of FUSE, version 7.31: include/uapi/linux/fuse.h of Linux, whose structures these are.
 *
 * One call is: fuse_begin(), fuse_put...() of what follows the header, fuse_call(), a look at the answer by
 * fuse_answer(), and fuse_end(), which is called whatever happened before. What does not fit, or is not
 * there, is remembered, and fuse_end() returns -EIO for it.
 */
#pragma once

#include <share_channel.h>

#define FUSE_MAJOR 7
#define FUSE_MINOR 31
#define FUSE_MINOR_LEAST 28 /* max_pages; virtio-fs is younger */

enum fuse_operation {
    FUSE_LOOKUP = 1,
    FUSE_FORGET = 2,
    FUSE_GETATTR = 3,
    FUSE_SETATTR = 4,
    FUSE_READLINK = 5,
    FUSE_SYMLINK = 6,
    FUSE_MKNOD = 8,
    FUSE_MKDIR = 9,
    FUSE_UNLINK = 10,
    FUSE_RMDIR = 11,
    FUSE_LINK = 13,
    FUSE_OPEN = 14,
    FUSE_READ = 15,
    FUSE_WRITE = 16,
    FUSE_STATFS = 17,
    FUSE_RELEASE = 18,
    FUSE_FSYNC = 20,
    FUSE_INIT = 26,
    FUSE_OPENDIR = 27,
    FUSE_READDIR = 28,
    FUSE_RELEASEDIR = 29,
    FUSE_FSYNCDIR = 30,
    FUSE_CREATE = 35,
    FUSE_DESTROY = 38,
    FUSE_BATCH_FORGET = 42,
    FUSE_FALLOCATE = 43,
    FUSE_READDIRPLUS = 44,
    FUSE_RENAME2 = 45,
    FUSE_SETUPMAPPING = 48,
    FUSE_REMOVEMAPPING = 49,
};

#define FUSE_ROOT 1u /* the root's number */

struct fuse_in_header {
    uint32_t length;
    uint32_t operation;
    uint64_t unique;
    uint64_t node;
    uint32_t user, group, process;
    uint32_t padding;
};

struct fuse_out_header {
    uint32_t length;
    int32_t error;
    uint64_t unique;
};

struct fuse_attributes {
    uint64_t inode, size, blocks;
    uint64_t access_time, modification_time, change_time; /* s */
    uint32_t access_nanoseconds, modification_nanoseconds, change_nanoseconds;
    uint32_t mode, links, user, group, special_device, block_size, flags;
};

struct fuse_attributes_out {
    uint64_t valid; /* s */
    uint32_t valid_nanoseconds;
    uint32_t padding;
    struct fuse_attributes attributes;
};

struct fuse_entry_out {
    uint64_t node, generation;
    uint64_t name_valid, attributes_valid; /* s */
    uint32_t name_valid_nanoseconds, attributes_valid_nanoseconds;
    struct fuse_attributes attributes;
};

struct fuse_setattr_in {
    uint32_t valid, padding;
    uint64_t handle, size, lock_owner;
    uint64_t access_time, modification_time, change_time;
    uint32_t access_nanoseconds, modification_nanoseconds, change_nanoseconds;
    uint32_t mode, unused4, user, group, unused5;
};

struct fuse_init_in {
    uint32_t major, minor, max_readahead, flags;
};

struct fuse_init_out {
    uint32_t major, minor, max_readahead, flags;
    uint16_t max_background, congestion_threshold;
    uint32_t max_write, time_granularity;
    uint16_t max_pages, map_alignment;
    uint32_t unused[8];
};

#define FUSE_ASYNC_READ (1u << 0)
#define FUSE_BIG_WRITES (1u << 5)
#define FUSE_DO_READDIRPLUS (1u << 13)
#define FUSE_PARALLEL_DIROPS (1u << 18)
#define FUSE_MAX_PAGES (1u << 22)
#define FUSE_MAP_ALIGNMENT (1u << 26)

struct fuse_create_in { /* also of mknod: mode, device, umask */
    uint32_t flags, mode, umask, open_flags;
};

struct fuse_open_out {
    uint64_t handle;
    uint32_t flags, padding;
};

struct fuse_transfer_in { /* of read and of write */
    uint64_t handle, offset;
    uint32_t size, transfer_flags;
    uint64_t lock_owner;
    uint32_t flags, padding;
};

struct fuse_release_in {
    uint64_t handle;
    uint32_t flags, release_flags;
    uint64_t lock_owner;
};

struct fuse_fsync_in {
    uint64_t handle;
    uint32_t flags, padding;
};

struct fuse_fallocate_in {
    uint64_t handle, offset, length;
    uint32_t mode, padding;
};

struct fuse_rename_in {
    uint64_t directory;
    uint32_t flags, padding;
};

struct fuse_statfs_out {
    uint64_t blocks, free_blocks, available_blocks, files, free_files;
    uint32_t block_size, name_length, fragment_size, padding;
    uint32_t spare[6];
};

struct fuse_batch_forget_in { /* the nodes follow */
    uint32_t count, padding;
};

struct fuse_forget_one {
    uint64_t node, lookups;
};

#define FUSE_MAP_WRITE (UINT64_C(1) << 0)
#define FUSE_MAP_READ (UINT64_C(1) << 1)

struct fuse_setupmapping_in {
    uint64_t handle, offset, length, flags, place;
};

struct fuse_removemapping_in { /* what goes follows: no zeroes are between */
    uint32_t count;
};

struct fuse_removemapping_one {
    uint64_t place, length;
};

struct fuse_entry { /* of a directory; the name follows, and zeroes up to a multiple of 8 bytes */
    uint64_t inode, next;
    uint32_t length, type;
};

_Static_assert(sizeof(struct fuse_in_header) == 40 && sizeof(struct fuse_out_header) == 16 &&
                   sizeof(struct fuse_attributes) == 88 && sizeof(struct fuse_entry_out) == 128 &&
                   sizeof(struct fuse_setattr_in) == 88 && sizeof(struct fuse_init_out) == 64 &&
                   sizeof(struct fuse_transfer_in) == 40 && sizeof(struct fuse_statfs_out) == 80,
               "sizes are those of the protocol");

/* What one call has room for behind the headers: the target of a symbolic link and a name, or as much in the
 * answer. */
#define FUSE_ROOM 4608u

#define FUSE_CALLS_MOST 64u /* under way at a time */
#define FUSE_CALLS_KEPT 2u  /* that are not given back to the heap */

struct fuse_mount;

struct fuse_call {
    struct share_request request;
    struct fuse_mount *mount;
    struct fuse_call *next; /* that nobody uses */
    bool bad;
    int error;
    uint64_t asked; /* the mount's `changes` when it began */
    uint32_t put;   /* bytes of `out` */
    uint32_t size;  /* of the answer behind its header, what went elsewhere, too */
    uint32_t here;  /* of these, in `in` */
    uint32_t got;   /* of these, looked at */
    struct fuse_in_header header;
    unsigned char out[FUSE_ROOM];
    struct fuse_out_header answer;
    unsigned char in[FUSE_ROOM];
};

/* NULL: no memory. May wait. */
struct fuse_call *fuse_begin(struct fuse_mount *mount, enum fuse_operation operation, uint64_t node);
int fuse_end(struct fuse_call *call);

void fuse_put(struct fuse_call *call, const void *bytes, size_t length);
void fuse_put_name(struct fuse_call *call, const char *name, size_t length); /* with a NUL */

/*
 * Sends it and waits for the answer. `more` bytes of the request stand at `data` (out), or all of the answer
 * behind its header goes to it (in); nothing else is copied. Returns an error that the server sent, or -EIO.
 */
int fuse_call(struct fuse_call *call);
int fuse_call_out(struct fuse_call *call, const void *data, uint32_t more);
int fuse_call_in(struct fuse_call *call, void *data, uint32_t more);

/* Copies the next `length` bytes of the answer; zeroes, if there are fewer. */
void fuse_answer(struct fuse_call *call, void *bytes, size_t length);
