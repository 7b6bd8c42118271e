/*
 * Files become shorter and longer.
 */
#include "ext4.h"

#include <errno.h>

static uint64_t blocks_of(const struct ext4_node *node, uint64_t size)
{
    return (size + node->fs->block_size - 1) >> node->fs->block_bits;
}

int ext4_remove_range(struct ext4_node *node, uint64_t from, uint64_t to)
{
    struct ext4 *fs = node->fs;
    long removed;

    do {
        int error;
        do {
            error = ext4_begin(fs);
            if (error != 0)
                return error;
            removed = ext4_extent_remove(node, from, to, false);
            error = ext4_end(fs, removed < 0 ? (int)removed : 0);
        } while (ext4_again(fs, error));
        if (error != 0)
            return error;
    } while (removed > 0);
    return 0;
}

/* Says the new size. A file that is cut is an orphan until its blocks are free. */
static int set_size(struct ext4_node *node, uint64_t size, bool cut)
{
    struct ext4 *fs = node->fs;
    int error = ext4_begin(fs);

    if (error != 0)
        return error;
    error = ext4_node_change(node, true);
    if (error == 0 && cut && node->inode->links_count != 0)
        error = ext4_orphan_add(node);
    if (error == 0) {
        node->stale_tail = size < ext4_size(node) && size % fs->block_size != 0;
        ext4_set_size(node, size);
        error = ext4_modified(node);
    }
    return ext4_end(fs, error);
}

int ext4_resize(struct ext4_node *node, uint64_t size)
{
    struct ext4 *fs = node->fs;
    uint64_t old = ext4_size(node);
    bool cut;
    int error;

    if (size > (uint64_t)(UINT32_MAX - 1) << fs->block_bits)
        return -EFBIG;
    if (size > old) {
        /* What stands in the last block behind the end was never said to be zeroes. */
        error = old % fs->block_size == 0 ? 0 : ext4_zero_bytes(node, old, (old | (fs->block_size - 1)) + 1);
        return error != 0 ? error : set_size(node, size, false);
    }
    /* Also when the size stays: blocks behind the end go. */
    cut = ((struct ext4_extent_header *)node->inode->block)->entries != 0;
    error = set_size(node, size, cut);
    if (error != 0 || !cut)
        return error;
    error = ext4_remove_range(node, blocks_of(node, size), UINT32_MAX);
    if (error != 0 || node->inode->links_count == 0)
        return error;
    error = ext4_begin(fs);
    if (error != 0)
        return error;
    return ext4_end(fs, ext4_orphan_remove(node));
}
