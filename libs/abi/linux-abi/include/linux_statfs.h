/* File systems and files at length: Linux's include/uapi/asm-generic/statfs.h (64 bits), linux/stat.h,
 * linux/magic.h, linux/falloc.h. */
#pragma once

#include <stdint.h>

struct linux_statfs {
    int64_t type;
    int64_t block_size;
    uint64_t blocks, blocks_free, blocks_available;
    uint64_t files, files_free;
    int32_t id[2];
    int64_t name_length;
    int64_t fragment_size;
    int64_t flags;
    int64_t spare[4];
};
_Static_assert(sizeof(struct linux_statfs) == 120, "what applications reserve");

#define LINUX_ST_RDONLY 1 /* include/linux/statfs.h */
#define LINUX_ST_NOEXEC 8
#define LINUX_ST_VALID 0x20

#define LINUX_RAMFS_MAGIC 0x858458f6

#define LINUX_FALLOC_KEEP_SIZE 1

struct linux_statx_time {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t reserved;
};

struct linux_statx {
    uint32_t mask;
    uint32_t block_size;
    uint64_t attributes;
    uint32_t links, user, group;
    uint16_t mode, padding;
    uint64_t inode, size, blocks; /* blocks of 512 bytes */
    uint64_t attributes_mask;
    struct linux_statx_time access, birth, change, modification;
    uint32_t special_major, special_minor, major, minor;
    uint64_t mount;
    uint32_t direct_memory_alignment, direct_offset_alignment;
    uint64_t spare[12];
};
_Static_assert(sizeof(struct linux_statx) == 256, "what applications reserve");

#define LINUX_STATX_BASIC_STATS 0x7ff

#define LINUX_AT_EACCESS 0x200
#define LINUX_AT_NO_AUTOMOUNT 0x800
#define LINUX_AT_STATX_SYNC_TYPE 0x6000

#define LINUX_RENAME_NOREPLACE 1

#define LINUX_MFD_CLOEXEC 1
#define LINUX_MFD_ALLOW_SEALING 2
