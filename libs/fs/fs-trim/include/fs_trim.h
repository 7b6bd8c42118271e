/*
 * Telling a disk what it need not keep, when somebody asks (FITRIM of ioctl(2)).
 *
 * A kind of file system offers it when it mounts, again or not; that of a file system is found by the
 * operations of its root, NULL: it has none.
 *
 * trim() discards what is free of the bytes [start, start + size) of the disk, but no run of less than
 * `least` bytes; `*trimmed` becomes how many bytes that were. May wait; others use the file system meanwhile.
 * 0, -EINVAL (the range begins behind the end, or is smaller than a block), -EOPNOTSUPP (the disk cannot),
 * -EROFS, -EIO.
 */
#pragma once

#include <vnode.h>

struct fs_trim {
    const struct vnode_ops *operations;
    int (*trim)(struct vnode *root, uint64_t start, uint64_t size, uint64_t least, uint64_t *trimmed);
    struct fs_trim *next; /* of all that are offered */
};

void fs_trim_offer(struct fs_trim *trim);
const struct fs_trim *fs_trim_find(const struct vnode *root);
