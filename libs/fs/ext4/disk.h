/*
 * What stands on the disk: little-endian, except in the journal. Names in quotes are those of the Linux
 * kernel's documentation, Documentation/filesystems/ext4, whose chapters the comments name.
 */
#pragma once

#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are used as they stand on the disk");

/* --- super.rst --- */

#define EXT4_SUPER_OFFSET 1024
#define EXT4_SUPER_SIZE 1024
#define EXT4_MAGIC 0xef53

#define EXT4_STATE_VALID 1u
#define EXT4_STATE_ERROR 2u

#define EXT4_COMPAT_HAS_JOURNAL 0x4u
#define EXT4_COMPAT_DIR_INDEX 0x20u

#define EXT4_INCOMPAT_FILETYPE 0x2u
#define EXT4_INCOMPAT_RECOVER 0x4u
#define EXT4_INCOMPAT_EXTENTS 0x40u
#define EXT4_INCOMPAT_64BIT 0x80u
#define EXT4_INCOMPAT_FLEX_BG 0x200u
#define EXT4_INCOMPAT_CSUM_SEED 0x2000u

#define EXT4_RO_COMPAT_SPARSE_SUPER 0x1u
#define EXT4_RO_COMPAT_LARGE_FILE 0x2u
#define EXT4_RO_COMPAT_HUGE_FILE 0x8u
#define EXT4_RO_COMPAT_DIR_NLINK 0x20u
#define EXT4_RO_COMPAT_EXTRA_ISIZE 0x40u
#define EXT4_RO_COMPAT_METADATA_CSUM 0x400u
#define EXT4_RO_COMPAT_ORPHAN_PRESENT 0x10000u

#define EXT4_FLAG_UNSIGNED_HASH 2u

#define EXT4_INODE_ROOT 2u
#define EXT4_INODE_RESIZE 7u

struct ext4_super {
    uint32_t inodes_count;
    uint32_t blocks_count_lo;
    uint32_t r_blocks_count_lo;
    uint32_t free_blocks_count_lo;
    uint32_t free_inodes_count;
    uint32_t first_data_block;
    uint32_t log_block_size;
    uint32_t log_cluster_size;
    uint32_t blocks_per_group;
    uint32_t clusters_per_group;
    uint32_t inodes_per_group;
    uint32_t mtime;
    uint32_t wtime;
    uint16_t mnt_count;
    uint16_t max_mnt_count;
    uint16_t magic;
    uint16_t state;
    uint16_t errors;
    uint16_t minor_rev_level;
    uint32_t lastcheck;
    uint32_t checkinterval;
    uint32_t creator_os;
    uint32_t rev_level;
    uint16_t def_resuid;
    uint16_t def_resgid;
    uint32_t first_ino;
    uint16_t inode_size;
    uint16_t block_group_nr;
    uint32_t feature_compat;
    uint32_t feature_incompat;
    uint32_t feature_ro_compat;
    uint8_t uuid[16];
    char volume_name[16];
    char last_mounted[64];
    uint32_t algorithm_usage_bitmap;
    uint8_t prealloc_blocks;
    uint8_t prealloc_dir_blocks;
    uint16_t reserved_gdt_blocks;
    uint8_t journal_uuid[16];
    uint32_t journal_inum;
    uint32_t journal_dev;
    uint32_t last_orphan;
    uint32_t hash_seed[4];
    uint8_t def_hash_version;
    uint8_t jnl_backup_type;
    uint16_t desc_size;
    uint32_t default_mount_opts;
    uint32_t first_meta_bg;
    uint32_t mkfs_time;
    uint32_t jnl_blocks[17];
    uint32_t blocks_count_hi;
    uint32_t r_blocks_count_hi;
    uint32_t free_blocks_count_hi;
    uint16_t min_extra_isize;
    uint16_t want_extra_isize;
    uint32_t flags;
    uint16_t raid_stride;
    uint16_t mmp_interval;
    uint64_t mmp_block;
    uint32_t raid_stripe_width;
    uint8_t log_groups_per_flex;
    uint8_t checksum_type;
    uint16_t reserved_pad;
    uint64_t kbytes_written;
    uint32_t snapshot[5];
    uint32_t error_count;
    uint32_t first_error_time;
    uint32_t first_error_ino;
    uint32_t first_error_block[2];
    uint8_t first_error_func[32];
    uint32_t first_error_line;
    uint32_t last_error_time;
    uint32_t last_error_ino;
    uint32_t last_error_line;
    uint32_t last_error_block[2];
    uint8_t last_error_func[32];
    uint8_t mount_opts[64];
    uint32_t usr_quota_inum;
    uint32_t grp_quota_inum;
    uint32_t overhead_blocks;
    uint32_t backup_bgs[2];
    uint8_t encrypt_algos[4];
    uint8_t encrypt_pw_salt[16];
    uint32_t lpf_ino;
    uint32_t prj_quota_inum;
    uint32_t checksum_seed;
    uint8_t times_hi[6];
    uint8_t pad[2];
    uint16_t encoding;
    uint16_t encoding_flags;
    uint32_t orphan_file_inum;
    uint32_t reserved[94];
    uint32_t checksum;
};
_Static_assert(sizeof(struct ext4_super) == EXT4_SUPER_SIZE, "super.rst");

/* --- group_descr.rst --- */

#define EXT4_GROUP_INODE_UNINIT 1u
#define EXT4_GROUP_BLOCK_UNINIT 2u

struct ext4_group_descriptor {
    uint32_t block_bitmap_lo;
    uint32_t inode_bitmap_lo;
    uint32_t inode_table_lo;
    uint16_t free_blocks_count_lo;
    uint16_t free_inodes_count_lo;
    uint16_t used_dirs_count_lo;
    uint16_t flags;
    uint32_t exclude_bitmap_lo;
    uint16_t block_bitmap_csum_lo;
    uint16_t inode_bitmap_csum_lo;
    uint16_t itable_unused_lo;
    uint16_t checksum;
    /* with 64BIT only */
    uint32_t block_bitmap_hi;
    uint32_t inode_bitmap_hi;
    uint32_t inode_table_hi;
    uint16_t free_blocks_count_hi;
    uint16_t free_inodes_count_hi;
    uint16_t used_dirs_count_hi;
    uint16_t itable_unused_hi;
    uint32_t exclude_bitmap_hi;
    uint16_t block_bitmap_csum_hi;
    uint16_t inode_bitmap_csum_hi;
    uint32_t reserved;
};
#define EXT4_DESCRIPTOR_SHORT 32u
_Static_assert(sizeof(struct ext4_group_descriptor) == 64, "group_descr.rst");

/* --- inodes.rst --- */

#define EXT4_INODE_SHORT 128u /* bytes that every inode has */

#define EXT4_INODE_IMMUTABLE 0x10u
#define EXT4_INODE_APPEND 0x20u
#define EXT4_INODE_INDEX 0x1000u
#define EXT4_INODE_HUGE_FILE 0x40000u
#define EXT4_INODE_EXTENTS 0x80000u
#define EXT4_INODE_INHERITED 0x000100c0u /* SYNC and others do nothing here: NODUMP, NOATIME, DIRSYNC */

struct ext4_inode {
    uint16_t mode;
    uint16_t uid;
    uint32_t size_lo;
    uint32_t atime;
    uint32_t ctime;
    uint32_t mtime;
    uint32_t dtime; /* of an orphan: the next one's number */
    uint16_t gid;
    uint16_t links_count;
    uint32_t blocks_lo;
    uint32_t flags;
    uint32_t version;
    uint32_t block[15];
    uint32_t generation;
    uint32_t file_acl_lo;
    uint32_t size_high;
    uint32_t obso_faddr;
    uint16_t blocks_high;
    uint16_t file_acl_high;
    uint16_t uid_high;
    uint16_t gid_high;
    uint16_t checksum_lo;
    uint16_t reserved;
    /* from here on only as far as extra_isize reaches */
    uint16_t extra_isize;
    uint16_t checksum_hi;
    uint32_t ctime_extra;
    uint32_t mtime_extra;
    uint32_t atime_extra;
    uint32_t crtime;
    uint32_t crtime_extra;
    uint32_t version_hi;
    uint32_t projid;
};
_Static_assert(sizeof(struct ext4_inode) == 160, "inodes.rst");

/* --- ifork.rst --- */

#define EXT4_EXTENT_MAGIC 0xf30a
#define EXT4_EXTENT_DEPTH_MAX 5
#define EXT4_EXTENT_LENGTH_MAX 32768u /* of a written one; above: unwritten, and so much longer */

struct ext4_extent_header {
    uint16_t magic;
    uint16_t entries;
    uint16_t max;
    uint16_t depth;
    uint32_t generation;
};

/* An entry of a leaf: `length` blocks of the file from `block` on. Of other nodes: what is from `block` on
 * stands below the node in block `start_lo` and `length`, in this case the upper 16 bits of the node's place.
 */
struct ext4_extent {
    uint32_t block;
    union {
        struct {
            uint16_t length;
            uint16_t start_hi;
            uint32_t start_lo;
        };
        struct {
            uint32_t node_lo;
            uint16_t node_hi;
            uint16_t unused;
        };
    };
};
_Static_assert(sizeof(struct ext4_extent_header) == 12 && sizeof(struct ext4_extent) == 12, "ifork.rst");

/* --- directory.rst --- */

#define EXT4_TAIL_TYPE 0xde

struct ext4_entry {
    uint32_t inode; /* 0: unused */
    uint16_t length;
    uint8_t name_length;
    uint8_t type;
    char name[];
};

struct ext4_entry_tail {
    uint32_t zero;
    uint16_t length; /* 12 */
    uint8_t zero_name_length;
    uint8_t type; /* EXT4_TAIL_TYPE */
    uint32_t checksum;
};

/* Behind "." and ".." in the root of a tree: 24 bytes from the block's beginning. */
struct ext4_tree_info {
    uint32_t zero;
    uint8_t hash_version;
    uint8_t info_length; /* 8 */
    uint8_t levels;      /* of nodes between the root and the leaves */
    uint8_t flags;
};
#define EXT4_TREE_ROOT_OFFSET 32u /* of the entries' header in the root */
#define EXT4_TREE_NODE_OFFSET 8u  /* ... and in other nodes */

/* The first one of a node holds limit and count in place of `hash`. */
struct ext4_tree_entry {
    union {
        uint32_t hash;
        struct {
            uint16_t limit;
            uint16_t count;
        };
    };
    uint32_t block;
};

struct ext4_tree_tail {
    uint32_t reserved;
    uint32_t checksum;
};

/* --- orphan.rst --- */

#define EXT4_ORPHAN_MAGIC 0x0b10ca04u

/* --- attributes.rst: a block of extended attributes --- */

#define EXT4_ATTRIBUTES_MAGIC 0xea020000u

struct ext4_attributes {
    uint32_t magic;
    uint32_t references;
    uint32_t blocks;
    uint32_t hash;
    uint32_t checksum;
    uint32_t reserved[3];
};

/* --- journal.rst: big-endian --- */

#define EXT4_JOURNAL_MAGIC 0xc03b3998u
#define EXT4_JOURNAL_DESCRIPTOR 1u
#define EXT4_JOURNAL_COMMIT 2u
#define EXT4_JOURNAL_SUPER_V1 3u
#define EXT4_JOURNAL_SUPER_V2 4u
#define EXT4_JOURNAL_REVOKE 5u

#define EXT4_JOURNAL_COMPAT_CHECKSUM 0x1u
#define EXT4_JOURNAL_INCOMPAT_REVOKE 0x1u
#define EXT4_JOURNAL_INCOMPAT_64BIT 0x2u
#define EXT4_JOURNAL_INCOMPAT_ASYNC 0x4u
#define EXT4_JOURNAL_INCOMPAT_CSUM_V2 0x8u
#define EXT4_JOURNAL_INCOMPAT_CSUM_V3 0x10u

#define EXT4_JOURNAL_TAG_ESCAPED 1u
#define EXT4_JOURNAL_TAG_SAME_UUID 2u
#define EXT4_JOURNAL_TAG_DELETED 4u
#define EXT4_JOURNAL_TAG_LAST 8u

struct ext4_journal_header {
    uint32_t magic;
    uint32_t type;
    uint32_t sequence;
};

struct ext4_journal_super {
    struct ext4_journal_header header;
    uint32_t block_size;
    uint32_t length; /* blocks of the journal */
    uint32_t first;  /* where the log begins */
    uint32_t sequence;
    uint32_t start; /* 0: the log is empty */
    uint32_t error;
    uint32_t feature_compat;
    uint32_t feature_incompat;
    uint32_t feature_ro_compat;
    uint8_t uuid[16];
    uint32_t users;
    uint32_t dynamic_super;
    uint32_t max_transaction;
    uint32_t max_transaction_data;
    uint8_t checksum_type;
    uint8_t padding[3];
    uint32_t fast_commit_blocks;
    uint32_t head;
    uint32_t padding2[40];
    uint32_t checksum;
    uint8_t ids[16 * 48];
};
_Static_assert(sizeof(struct ext4_journal_super) == 1024, "journal.rst");

#define EXT4_JOURNAL_CRC32 1u
#define EXT4_JOURNAL_CRC32C 4u

struct ext4_journal_commit {
    struct ext4_journal_header header;
    uint8_t checksum_type;
    uint8_t checksum_size;
    uint8_t padding[2];
    uint32_t checksum[8];
    uint32_t seconds_hi, seconds_lo;
    uint32_t nanoseconds;
};
_Static_assert(sizeof(struct ext4_journal_commit) == 60, "journal.rst");
