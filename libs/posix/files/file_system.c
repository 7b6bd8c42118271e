/*
 * What a file system is like, and statx(2).
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <linux_statfs.h>
#include <linux_time.h>
#include <vfs.h>

long sys_fstatfs(long fd, long values);
long sys_statfs(long path, long values);
long sys_statx(long directory, long path, long flags, long mask, long values);
long sys_sync(void);

long sys_sync(void)
{
    struct vnode *root = vfs_root();

    return root->ops->sync != NULL ? root->ops->sync(root, false) : 0;
}

/* As ramfs on Linux: it has no limit of its own, and says nothing of blocks. */
static void show(struct linux_statfs *values)
{
    *values = (struct linux_statfs){
        .type = LINUX_RAMFS_MAGIC,
        .block_size = 4096,
        .name_length = VNODE_NAME_MAX,
        .fragment_size = 4096,
    };
}

long sys_statfs(long path, long values)
{
    struct vnode *vnode;
    int error = files_lookup(LINUX_AT_FDCWD, (const char *)path, 0, &vnode);

    if (error != 0)
        return error;
    vnode_put(vnode);
    show((struct linux_statfs *)values);
    return 0;
}

long sys_fstatfs(long fd, long values)
{
    struct open_file *file = fd_get(fd);

    if (file == NULL)
        return -EBADF;
    fd_put(file);
    show((struct linux_statfs *)values);
    return 0;
}

static struct linux_statx_time split(int64_t nanoseconds)
{
    int64_t second = (int64_t)NANOSECONDS, seconds = nanoseconds / second, rest = nanoseconds % second;

    if (rest < 0) {
        seconds--;
        rest += second;
    }
    return (struct linux_statx_time){.seconds = seconds, .nanoseconds = (uint32_t)rest};
}

static int find(long directory, const char *path, unsigned flags, struct linux_stat_values *values)
{
    struct open_file *file;
    struct vnode *vnode;
    int error;

    /* A descriptor may be of any kind. */
    if (path != NULL && *path == '\0' && (flags & LINUX_AT_EMPTY_PATH) && (int)directory != LINUX_AT_FDCWD) {
        file = fd_get((int)directory);
        if (file == NULL)
            return -EBADF;
        file->ops->stat(file, values);
        fd_put(file);
        return 0;
    }
    error = files_lookup(directory, path, flags, &vnode);
    if (error == 0) {
        files_stat(vnode, values);
        vnode_put(vnode);
    }
    return error;
}

long sys_statx(long directory, long path, long flags, long mask, long values)
{
    struct linux_statx *out = (struct linux_statx *)values;
    struct linux_stat_values found;
    int error;

    if (flags & ~(long)(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH | LINUX_AT_NO_AUTOMOUNT |
                        LINUX_AT_STATX_SYNC_TYPE))
        return -EINVAL;
    (void)mask;
    error = find(directory, (const char *)path, (unsigned)flags, &found);
    if (error != 0)
        return error;
    *out = (struct linux_statx){
        .mask = LINUX_STATX_BASIC_STATS,
        .block_size = found.block_size,
        .links = found.links,
        .mode = (uint16_t)found.mode,
        .inode = found.inode,
        .size = found.size,
        .blocks = (found.allocated + 511) / 512,
        .access = split(found.access_time),
        .change = split(found.change_time),
        .modification = split(found.modification_time),
        .special_major = (uint32_t)(found.special_device >> 8),
        .special_minor = (uint32_t)(found.special_device & 0xff),
        .major = (uint32_t)(found.device >> 8),
        .minor = (uint32_t)(found.device & 0xff),
    };
    return 0;
}
