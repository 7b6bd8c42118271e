/*
 * What stat(2) shows of a file, and times.
 */
#include "ext4.h"

#include <clock.h>
#include <errno.h>

#define SECOND 1000000000

int64_t ext4_now(void)
{
    return (int64_t)clock_realtime();
}

static bool has_extra(const struct ext4_node *node)
{
    return node->fs->inode_size > EXT4_INODE_SHORT &&
           node->inode->extra_isize >= offsetof(struct ext4_inode, crtime) - EXT4_INODE_SHORT;
}

/* inodes.rst, "Inode Timestamps": `extra` holds two more bits of the seconds, and nanoseconds. */
static int64_t decode(uint32_t seconds, uint32_t extra)
{
    int64_t time = (int32_t)seconds + ((int64_t)(extra & 3) << 32);
    uint32_t nanoseconds = extra >> 2;

    return time > INT64_MAX / SECOND - 1 ? INT64_MAX
                                         : time * SECOND + (nanoseconds < SECOND ? nanoseconds : 0);
}

static void encode(int64_t time, uint32_t *seconds, uint32_t *extra)
{
    int64_t whole = time / SECOND, rest = time % SECOND;

    if (rest < 0) {
        rest += SECOND;
        whole--;
    }
    if (extra == NULL) {
        whole = whole < INT32_MIN ? INT32_MIN : whole > INT32_MAX ? INT32_MAX : whole;
    } else {
        /* INT64_MAX nanoseconds end in the year 2262; what is before 1901 cannot be said. */
        if (whole < INT32_MIN) {
            whole = INT32_MIN;
            rest = 0;
        }
        *extra = (uint32_t)(((whole - (int32_t)whole) >> 32) & 3) | (uint32_t)rest << 2;
    }
    *seconds = (uint32_t)whole;
}

void ext4_set_times(struct ext4_node *node, unsigned which, int64_t time)
{
    struct ext4_inode *inode = node->inode;
    bool extra = has_extra(node);

    if (which & EXT4_ACCESS_TIME)
        encode(time, &inode->atime, extra ? &inode->atime_extra : NULL);
    if (which & EXT4_CHANGE_TIME)
        encode(time, &inode->ctime, extra ? &inode->ctime_extra : NULL);
    if (which & EXT4_MODIFICATION_TIME)
        encode(time, &inode->mtime, extra ? &inode->mtime_extra : NULL);
}

void ext4_set_birth(struct ext4_node *node, int64_t time)
{
    if (node->fs->inode_size >= EXT4_INODE_SHORT + sizeof(struct ext4_inode))
        encode(time, &node->inode->crtime, &node->inode->crtime_extra);
}

int ext4_modified(struct ext4_node *node)
{
    int error = ext4_node_change(node, false);

    if (error == 0)
        ext4_set_times(node, EXT4_CHANGE_TIME | EXT4_MODIFICATION_TIME, ext4_now());
    return error;
}

/* In units of 512 bytes, or of blocks: inodes.rst, i_blocks_lo. */
static uint64_t occupied(const struct ext4_node *node)
{
    uint64_t count = node->inode->blocks_lo | (uint64_t)node->inode->blocks_high << 32;

    return node->inode->flags & EXT4_INODE_HUGE_FILE ? count * node->fs->sectors : count;
}

void ext4_add_blocks(struct ext4_node *node, int64_t blocks)
{
    uint64_t count = occupied(node) + (uint64_t)blocks * node->fs->sectors;

    node->inode->flags &= ~EXT4_INODE_HUGE_FILE;
    if (count >> 48 != 0) {
        node->inode->flags |= EXT4_INODE_HUGE_FILE;
        count /= node->fs->sectors;
    }
    node->inode->blocks_lo = (uint32_t)count;
    node->inode->blocks_high = (uint16_t)(count >> 32);
}

/* ifork.rst does not say it, but as Linux stores device numbers: the old form in the first word, or the new
 * one in the second. */
static uint32_t special_device(const struct ext4_inode *inode)
{
    uint32_t code = inode->block[1];

    return inode->block[0] != 0 ? inode->block[0]
                                : ((code >> 8 & 0xfff) << 8) + ((code & 0xff) | (code >> 12 & 0xfff00));
}

void ext4_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    const struct ext4_node *node = ext4_node_of(vnode);
    const struct ext4_inode *inode = node->inode;
    bool extra = has_extra(node);

    attributes->inode = node->number;
    attributes->size = ext4_size(node);
    attributes->allocated = occupied(node) * BLOCK_SECTOR;
    attributes->mode = inode->mode;
    attributes->links = inode->links_count;
    attributes->user = inode->uid | (uint32_t)inode->uid_high << 16;
    attributes->group = inode->gid | (uint32_t)inode->gid_high << 16;
    attributes->special_device = vnode->type == VNODE_DEVICE ? special_device(inode) : 0;
    attributes->access_time = decode(inode->atime, extra ? inode->atime_extra : 0);
    attributes->modification_time = decode(inode->mtime, extra ? inode->mtime_extra : 0);
    attributes->change_time = decode(inode->ctime, extra ? inode->ctime_extra : 0);
}
