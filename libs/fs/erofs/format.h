/*
 * EROFS on the disk, as Linux's fs/erofs/erofs_fs.h and Documentation/filesystems/erofs.rst describe it and
 * mkfs.erofs 1.5 writes it. Numbers are little-endian. Offsets are bytes.
 */
#pragma once

#include <stdint.h>

#define EROFS_BLOCK_BITS 12
#define EROFS_BLOCK 4096u

/* The superblock. Its checksum is over the rest of the first block from here on, with itself as zero. */
#define EROFS_SUPER_OFFSET 1024u
#define EROFS_SUPER_SIZE 128u
#define EROFS_MAGIC 0xe0f5e1e2u
#define EROFS_SUPER_CHECKSUM 4
#define EROFS_SUPER_COMPATIBLE 8
#define EROFS_SUPER_BLOCK_BITS 12
#define EROFS_SUPER_ROOT 14
#define EROFS_SUPER_FILES 16
#define EROFS_SUPER_TIME 24
#define EROFS_SUPER_NANOSECONDS 32
#define EROFS_SUPER_BLOCKS 36
#define EROFS_SUPER_META_BLOCK 40
#define EROFS_SUPER_INCOMPATIBLE 80

#define EROFS_HAS_CHECKSUM 1u /* compatible feature */

/* Incompatible features that are understood: compressed data at the end of its blocks; blocks of compressed
 * data that are larger than one, or a description of the compression; files in chunks; their last compressed
 * part beside the inode. */
#define EROFS_COMPRESSED_AT_END 1u
#define EROFS_LARGE_OR_DESCRIBED 2u
#define EROFS_CHUNKED 4u
#define EROFS_TAIL_PACKED 16u
#define EROFS_UNDERSTOOD                                                                                     \
    (EROFS_COMPRESSED_AT_END | EROFS_LARGE_OR_DESCRIBED | EROFS_CHUNKED | EROFS_TAIL_PACKED)

/* Inodes stand at multiples of 32 bytes from the first metadata block, and have one of two sizes. */
#define EROFS_INODE_SLOT_BITS 5
#define EROFS_COMPACT_SIZE 32u
#define EROFS_EXTENDED_SIZE 64u
#define EROFS_INODE_FORMAT 0 /* bit 0: extended; bits 1 to 3: where the data are */
#define EROFS_INODE_XATTRS 2
#define EROFS_INODE_MODE 4
#define EROFS_INODE_DATA 16 /* first block, device number, or format of the chunks */
#define EROFS_COMPACT_LINKS 6
#define EROFS_COMPACT_BYTES 8
#define EROFS_COMPACT_USER 24
#define EROFS_COMPACT_GROUP 26
#define EROFS_EXTENDED_BYTES 8
#define EROFS_EXTENDED_USER 24
#define EROFS_EXTENDED_GROUP 28
#define EROFS_EXTENDED_TIME 32
#define EROFS_EXTENDED_NANOSECONDS 40
#define EROFS_EXTENDED_LINKS 44

/* Extended attributes behind an inode: a header of 12 bytes, and 4 for each unit after the first. */
#define EROFS_XATTR_HEADER 12u
#define EROFS_XATTR_UNIT 4u

enum erofs_layout {
    EROFS_PLAIN,             /* blocks in a row */
    EROFS_COMPRESSED_FULL,   /* an index of 8 bytes for each block */
    EROFS_INLINE,            /* blocks in a row, and what is left beside the inode */
    EROFS_COMPRESSED_PACKED, /* indexes packed to 2 or 4 bytes */
    EROFS_CHUNKS,
    EROFS_LAYOUTS
};

/* Chunks: the format, and a table of 4-byte blocks or 8-byte entries, whose last 4 bytes are the block. */
#define EROFS_CHUNK_BITS_MASK 31u
#define EROFS_CHUNK_ENTRIES 32u
#define EROFS_CHUNK_DEVICE 2
#define EROFS_CHUNK_BLOCK 4
#define EROFS_CHUNK_HOLE UINT32_MAX

/* A directory's block: entries of 12 bytes, then their names; the first entry's name begins where they end.
 */
#define EROFS_ENTRY_SIZE 12u
#define EROFS_ENTRY_NAME 8
#define EROFS_ENTRY_TYPE 10

/* The header of a compressed file, 8 bytes, at a multiple of 8 behind the inode. */
#define EROFS_MAP_HEADER 8u
#define EROFS_MAP_TAIL_SIZE 2
#define EROFS_MAP_ADVICE 4
#define EROFS_MAP_ALGORITHMS 6
#define EROFS_MAP_CLUSTER_BITS 7
#define EROFS_ADVICE_TWO_BYTES 1u /* of packed indexes: some take 2 bytes */
#define EROFS_ADVICE_LARGE 2u     /* compressed data may take more than one block */
#define EROFS_ADVICE_LARGE_2 4u   /* the same of a second algorithm, which no file has */
#define EROFS_ADVICE_TAIL 8u      /* the last compressed data stand behind the indexes */
#define EROFS_ADVICE_UNDERSTOOD                                                                              \
    (EROFS_ADVICE_TWO_BYTES | EROFS_ADVICE_LARGE | EROFS_ADVICE_LARGE_2 | EROFS_ADVICE_TAIL)

/* Indexes: the kind of a block of uncompressed data, and what begins in it. */
enum erofs_kind {
    EROFS_KIND_STORED, /* data that are not compressed begin */
    EROFS_KIND_HEAD,   /* compressed data begin */
    EROFS_KIND_MIDDLE, /* nothing begins; how far back it did */
};
#define EROFS_INDEX_SIZE 8u
#define EROFS_INDEX_PADDING 8u         /* between the header and full indexes */
#define EROFS_SIZE_NOT_DISTANCE 0x800u /* of the first MIDDLE: the rest is the size in blocks */

static inline uint16_t erofs_le16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t erofs_le32(const unsigned char *at)
{
    return erofs_le16(at) | (uint32_t)erofs_le16(at + 2) << 16;
}

static inline uint64_t erofs_le64(const unsigned char *at)
{
    return erofs_le32(at) | (uint64_t)erofs_le32(at + 4) << 32;
}
