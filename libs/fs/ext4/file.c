/*
 * The content of files, straight from and to the disk. What is written is on its way to the disk before the
 * operation ends that makes it part of the file, so no transaction ever refers to blocks that hold something
 * else.
 */
#include "ext4.h"

#include <block_io.h>
#include <errno.h>
#include <string.h>

#define BLOCKS_MAX ((uint64_t)UINT32_MAX - 1) /* of a file */

long ext4_read(struct ext4_node *node, void *buffer, size_t size, uint64_t offset)
{
    struct ext4 *fs = node->fs;
    uint64_t end = ext4_size(node);
    size_t done = 0;
    int error = 0;

    if (offset >= end)
        return 0;
    if (size > end - offset)
        size = (size_t)(end - offset);
    while (done < size && error == 0) {
        uint32_t into = (uint32_t)((offset + done) & (fs->block_size - 1));
        char *to = (char *)buffer + done;
        struct ext4_mapping mapping;
        uint64_t sector, n;

        error = ext4_map(node, (uint32_t)((offset + done) >> fs->block_bits), &mapping);
        if (error != 0)
            break;
        n = ((uint64_t)mapping.count << fs->block_bits) - into;
        if (n > size - done)
            n = size - done;
        sector = mapping.physical * fs->sectors;
        if (mapping.state != EXT4_WRITTEN) {
            memset(to, 0, (size_t)n);
        } else if (into == 0 && n >= fs->block_size) {
            n &= ~(uint64_t)(fs->block_size - 1);
            error = block_read(fs->device, sector, to, (size_t)n);
        } else {
            n = ext4_min(n, fs->block_size - into);
            error = block_read(fs->device, sector, fs->bounce, fs->block_size);
            if (error == 0)
                memcpy(to, (char *)fs->bounce + into, (size_t)n);
        }
        if (error == 0)
            done += (size_t)n;
    }
    return done != 0 ? (long)done : error;
}

/* Puts `n` bytes into one block, whose other bytes stay; `zeroes`: are zeroes. NULL data: zeroes. */
static int write_part(struct ext4_node *node, uint64_t physical, uint64_t offset, const char *data,
                      uint32_t n, bool zeroes)
{
    struct ext4 *fs = node->fs;
    uint32_t into = (uint32_t)(offset & (fs->block_size - 1));
    uint64_t start = offset - into, size = ext4_size(node);
    char *bounce = fs->bounce;
    int error = 0;

    if (zeroes || start >= size)
        memset(bounce, 0, fs->block_size);
    else
        error = block_read(fs->device, physical * fs->sectors, bounce, fs->block_size);
    if (error != 0)
        return error;
    if (start < size && size - start < fs->block_size)
        memset(bounce + (size - start), 0, fs->block_size - (size_t)(size - start));
    if (data != NULL)
        memcpy(bounce + into, data, n);
    else
        memset(bounce + into, 0, n);
    return block_write(fs->device, physical * fs->sectors, bounce, fs->block_size);
}

/* Writes to blocks in a row. */
static int write_blocks(struct ext4_node *node, uint64_t physical, uint64_t offset, const char *data,
                        uint64_t n, bool zeroes)
{
    struct ext4 *fs = node->fs;

    while (n != 0) {
        uint32_t into = (uint32_t)(offset & (fs->block_size - 1));
        uint64_t piece;
        int error;

        if (into == 0 && n >= fs->block_size) {
            piece = n & ~(uint64_t)(fs->block_size - 1);
            error = block_write(fs->device, physical * fs->sectors, data, (size_t)piece);
        } else {
            piece = ext4_min(n, fs->block_size - into);
            error = write_part(node, physical, offset, data, (uint32_t)piece, zeroes);
        }
        if (error != 0)
            return error;
        physical += (into + piece) >> fs->block_bits;
        offset += piece;
        data += piece;
        n -= piece;
    }
    fs->writes++;
    node->written = fs->writes;
    return 0;
}

int ext4_file_allocate(struct ext4_node *node, uint32_t block, uint32_t wanted, struct ext4_mapping *mapping)
{
    struct ext4 *fs = node->fs;
    uint64_t goal = ext4_group_start(fs, (node->number - 1) / fs->super.inodes_per_group);
    struct ext4_mapping before;
    int error;

    if (block != 0) {
        error = ext4_map(node, block - 1, &before);
        if (error != 0)
            return error;
        if (before.state != EXT4_HOLE)
            goal = before.physical + 1;
    }
    error = ext4_node_change(node, true);
    if (error == 0)
        error = ext4_blocks_allocate(fs, goal, ext4_min(wanted, EXT4_EXTENT_LENGTH_MAX - 1),
                                     &mapping->physical, &mapping->count);
    if (error == 0)
        ext4_add_blocks(node, mapping->count);
    return error;
}

/* One step of writing, within one operation: returns how many bytes. */
static long write_some(struct ext4_node *node, const char *data, size_t size, uint64_t offset)
{
    struct ext4 *fs = node->fs;
    uint32_t block = (uint32_t)(offset >> fs->block_bits), into = (uint32_t)(offset & (fs->block_size - 1));
    uint64_t wanted = (into + (uint64_t)size + fs->block_size - 1) >> fs->block_bits, n;
    struct ext4_mapping mapping;
    uint32_t count;
    int error = ext4_map(node, block, &mapping);

    if (error == 0 && mapping.state == EXT4_HOLE)
        error = ext4_file_allocate(node, block, ext4_min(wanted, mapping.count), &mapping);
    if (error != 0)
        return error;
    count = ext4_min(wanted, mapping.count);
    n = ((uint64_t)count << fs->block_bits) - into;
    if (n > size)
        n = size;
    error = write_blocks(node, mapping.physical, offset, data, n, mapping.state != EXT4_WRITTEN);
    if (error == 0 && mapping.state == EXT4_UNWRITTEN) {
        long removed = ext4_extent_remove(node, block, (uint64_t)block + count, true);
        if (removed >= 0 && removed != (long)count)
            removed = ext4_corrupted(fs, "extents of inode", node->number);
        error = removed < 0 ? (int)removed : 0;
    }
    if (error == 0 && mapping.state != EXT4_WRITTEN)
        error = ext4_extent_insert(node, block, mapping.physical, count, false);
    if (error == 0 && offset + n > ext4_size(node)) {
        error = ext4_node_change(node, true);
        ext4_set_size(node, error == 0 ? offset + n : ext4_size(node));
    }
    if (error == 0)
        error = ext4_modified(node);
    return error != 0 ? error : (long)n;
}

long ext4_write(struct ext4_node *node, const void *data, size_t size, uint64_t offset)
{
    struct ext4 *fs = node->fs;
    uint64_t limit = BLOCKS_MAX << fs->block_bits, old = ext4_size(node);
    size_t done = 0;
    long n = 0;

    if (offset >= limit)
        return -EFBIG;
    if (size > limit - offset)
        size = (size_t)(limit - offset);
    if (fs->read_only || fs->failed)
        return -EROFS;
    /* Behind the end, in its last block, anything may stand. */
    if (size != 0 && offset >> fs->block_bits > old >> fs->block_bits && old % fs->block_size != 0)
        n = ext4_zero_bytes(node, old, (old | (fs->block_size - 1)) + 1);
    while (done < size && n >= 0) {
        n = ext4_begin(fs);
        if (n != 0)
            break;
        n = write_some(node, (const char *)data + done, size - done, offset + done);
        ext4_end(fs, n < 0 ? (int)n : 0);
        if (n > 0)
            done += (size_t)n;
        else if (ext4_again(fs, (int)n))
            n = 0;
    }
    return done != 0 ? (long)done : n;
}

int ext4_zero_bytes(struct ext4_node *node, uint64_t from, uint64_t to)
{
    struct ext4 *fs = node->fs;
    struct ext4_mapping mapping;
    int error;

    if (from >= to)
        return 0;
    if (fs->read_only || fs->failed)
        return -EROFS;
    error = ext4_map(node, (uint32_t)(from >> fs->block_bits), &mapping);
    if (error != 0 || mapping.state != EXT4_WRITTEN)
        return error;
    fs->writes++;
    node->written = fs->writes;
    return write_part(node, mapping.physical, from, NULL, (uint32_t)(to - from), false);
}

/* Gives blocks without content to what has none; returns how many blocks it has looked at. */
static long allocate_some(struct ext4_node *node, uint32_t block, uint32_t count)
{
    struct ext4_mapping mapping;
    int error = ext4_map(node, block, &mapping);

    if (error != 0)
        return error;
    mapping.count = ext4_min(mapping.count, count);
    if (mapping.state == EXT4_HOLE) {
        error = ext4_file_allocate(node, block, mapping.count, &mapping);
        if (error == 0)
            error = ext4_extent_insert(node, block, mapping.physical, mapping.count, true);
        if (error == 0)
            error = ext4_modified(node);
    }
    return error != 0 ? error : (long)mapping.count;
}

static int allocate_blocks(struct ext4_node *node, uint64_t from, uint64_t to)
{
    struct ext4 *fs = node->fs;

    while (from < to) {
        long n = ext4_begin(fs);
        if (n != 0)
            return (int)n;
        n = allocate_some(node, (uint32_t)from, ext4_min(to - from, UINT32_MAX));
        ext4_end(fs, n < 0 ? (int)n : 0);
        if (n < 0 && !ext4_again(fs, (int)n))
            return (int)n;
        from += n > 0 ? (uint64_t)n : 0;
    }
    return 0;
}

int ext4_allocate_range(struct ext4_node *node, unsigned mode, uint64_t offset, uint64_t size)
{
    struct ext4 *fs = node->fs;
    uint64_t limit = BLOCKS_MAX << fs->block_bits, end = offset + size, mask = fs->block_size - 1;
    uint64_t first = (offset + mask) >> fs->block_bits, behind = end >> fs->block_bits; /* whole blocks */
    bool clear = (mode & (VNODE_ALLOCATE_PUNCH_HOLE | VNODE_ALLOCATE_ZERO_RANGE)) != 0;
    bool grow = !(mode & VNODE_ALLOCATE_KEEP_SIZE);
    int error = 0;

    if (mode & ~(VNODE_ALLOCATE_KEEP_SIZE | VNODE_ALLOCATE_PUNCH_HOLE | VNODE_ALLOCATE_ZERO_RANGE))
        return -EOPNOTSUPP;
    if (offset > limit || size > limit - offset)
        return -EFBIG;
    if (fs->read_only || fs->failed)
        return -EROFS;
    if (clear && first > behind) { /* within one block */
        error = ext4_zero_bytes(node, offset, end);
    } else if (clear) {
        error = ext4_zero_bytes(node, offset, first << fs->block_bits);
        if (error == 0)
            error = ext4_zero_bytes(node, behind << fs->block_bits, end);
        if (error == 0)
            error = ext4_remove_range(node, first, behind);
    }
    if (error == 0 && !(mode & VNODE_ALLOCATE_PUNCH_HOLE))
        error = allocate_blocks(node, offset >> fs->block_bits, (end + mask) >> fs->block_bits);
    if (error == 0 && grow && end > ext4_size(node))
        return ext4_resize(node, end);
    if (error == 0 && clear) {
        error = ext4_begin(fs);
        if (error == 0)
            error = ext4_end(fs, ext4_modified(node));
    }
    return error;
}
