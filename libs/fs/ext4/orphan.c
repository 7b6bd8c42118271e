/*
 * Orphans: a list through their inodes' dtime that begins in the superblock. orphan.rst.
 */
#include "directory.h"

#include <crc32c.h>
#include <errno.h>

int ext4_orphan_add(struct ext4_node *node)
{
    int error = ext4_node_change(node, true);

    if (error != 0)
        return error;
    node->inode->dtime = node->fs->counts.last_orphan;
    node->fs->counts.last_orphan = node->number;
    return 0;
}

int ext4_orphan_remove(struct ext4_node *node)
{
    struct ext4 *fs = node->fs;
    uint32_t number = fs->counts.last_orphan;
    int error = ext4_node_change(node, true);

    if (error != 0)
        return error;
    if (number == node->number) {
        fs->counts.last_orphan = node->inode->dtime;
        node->inode->dtime = 0;
        return 0;
    }
    for (uint32_t i = 0; number != 0 && i < fs->super.inodes_count; i++) {
        struct ext4_node *before;

        error = ext4_node_get(fs, number, &before);
        if (error != 0)
            return error;
        number = before->inode->dtime;
        if (number == node->number) {
            error = ext4_node_change(before, true);
            if (error == 0) {
                before->inode->dtime = node->inode->dtime;
                node->inode->dtime = 0;
            }
            ext4_node_put(before);
            return error;
        }
        ext4_node_put(before);
    }
    return ext4_corrupted(fs, "list of orphans lacks inode", node->number);
}

/* Gives back a file's part in a block of extended attributes: attributes.rst. */
static int free_attributes(struct ext4_node *node)
{
    struct ext4_inode *inode = node->inode;
    uint64_t block = inode->file_acl_lo | (uint64_t)inode->file_acl_high << 32;
    struct ext4_attributes *attributes;
    struct block_buffer *buffer;
    uint32_t references;
    int error;

    if (block == 0)
        return 0;
    error = ext4_block_get(node->fs, block, EXT4_ATTRIBUTES, 0, &buffer);
    if (error != 0)
        return error;
    attributes = buffer->data;
    references = attributes->references;
    if (references > 1) {
        error = ext4_block_change(node->fs, buffer);
        if (error == 0)
            attributes->references--;
    }
    ext4_block_put(node->fs, buffer);
    inode->file_acl_lo = inode->file_acl_high = 0;
    if (error == 0 && references <= 1)
        error = ext4_blocks_free(node->fs, block, 1, true);
    return error;
}

/* The last step: the inode itself. */
static int free_inode(struct ext4_node *node)
{
    int error = ext4_orphan_remove(node);

    if (error == 0)
        error = free_attributes(node);
    if (error != 0)
        return error;
    ext4_set_size(node, 0);
    node->inode->blocks_lo = node->inode->blocks_high = 0;
    node->inode->dtime = (uint32_t)(ext4_now() / 1000000000);
    if (node->inode->dtime == 0)
        node->inode->dtime = 1; /* a clock at its beginning; 0 would mean that it is used */
    return ext4_inode_free(node->fs, node->number, node->vnode.type == VNODE_DIRECTORY);
}

int ext4_node_delete(struct ext4_node *node)
{
    struct ext4 *fs = node->fs;
    int error = 0;

    if (node->inode->flags & EXT4_INODE_EXTENTS)
        error = ext4_remove_range(node, 0, UINT32_MAX);
    if (error == 0)
        error = ext4_begin(fs);
    return error != 0 ? error : ext4_end(fs, free_inode(node));
}

int ext4_orphans_clean(struct ext4 *fs)
{
    for (uint32_t i = 0; fs->counts.last_orphan != 0; i++) {
        uint32_t number = fs->counts.last_orphan;
        struct ext4_node *node;
        int error;

        if (number < fs->super.first_ino || i == fs->super.inodes_count)
            return ext4_corrupted(fs, "orphan", number);
        error = ext4_node_get(fs, number, &node);
        if (error != 0)
            return error;
        if (node->inode->links_count == 0) {
            error = ext4_node_delete(node);
        } else {
            if (node->vnode.type == VNODE_FILE)
                error = ext4_remove_range(node, (ext4_size(node) + fs->block_size - 1) >> fs->block_bits,
                                          UINT32_MAX);
            if (error == 0)
                error = ext4_begin(fs);
            if (error == 0)
                error = ext4_end(fs, ext4_orphan_remove(node));
        }
        ext4_node_put(node);
        if (error != 0)
            return error;
    }
    return 0;
}

/* Moves one entry of the orphan file to the list. */
static int enlist(struct ext4_node *file, struct block_buffer *buffer, uint32_t *entry)
{
    struct ext4 *fs = file->fs;
    uint32_t bytes = fs->block_size - 8, *checksum = (uint32_t *)((char *)buffer->data + bytes + 4);
    struct ext4_node *node;
    int error;

    if (*entry < fs->super.first_ino)
        return ext4_corrupted(fs, "orphan", *entry);
    error = ext4_node_get(fs, *entry, &node);
    if (error != 0)
        return error;
    error = ext4_begin(fs);
    if (error == 0) {
        error = ext4_block_change(fs, buffer);
        if (error == 0)
            error = ext4_orphan_add(node);
        if (error == 0) {
            *entry = 0;
            *checksum =
                crc32c(crc32c(file->seed, &buffer->block, sizeof(buffer->block)), buffer->data, bytes);
        }
        ext4_block_put(fs, buffer); /* nobody holds it when the operation ends */
        error = ext4_end(fs, error);
    } else {
        ext4_block_put(fs, buffer);
    }
    ext4_node_put(node);
    return error;
}

/* orphan.rst: what Linux leaves in file systems with the feature orphan_file. */
int ext4_orphan_file_clean(struct ext4 *fs)
{
    struct ext4_node *file;
    int error;

    if (!(fs->super.feature_ro_compat & EXT4_RO_COMPAT_ORPHAN_PRESENT))
        return 0;
    error = ext4_node_get(fs, fs->super.orphan_file_inum, &file);
    if (error != 0)
        return error;
    for (uint32_t block = 0; block < ext4_size(file) >> fs->block_bits && error == 0; block++) {
        for (uint32_t i = 0; i < (fs->block_size - 8) / 4 && error == 0; i++) {
            struct block_buffer *buffer;
            uint32_t *entries;

            error = ext4_directory_block(file, block, EXT4_PLAIN, &buffer);
            if (error != 0)
                break;
            entries = buffer->data;
            if (entries[(fs->block_size - 8) / 4] != EXT4_ORPHAN_MAGIC) {
                ext4_block_put(fs, buffer);
                error = ext4_corrupted(fs, "orphan file", block);
            } else if (entries[i] != 0) {
                error = enlist(file, buffer, &entries[i]);
            } else {
                ext4_block_put(fs, buffer);
            }
        }
    }
    ext4_node_put(file);
    if (error == 0)
        error = ext4_orphans_clean(fs);
    if (error != 0)
        return error;
    fs->super.feature_ro_compat &= ~EXT4_RO_COMPAT_ORPHAN_PRESENT;
    error = ext4_checkpoint(fs);
    return error != 0 ? error : ext4_super_write(fs);
}
