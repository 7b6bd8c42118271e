/*
 * What a file system is like, and statx(2).
 */
#include "vnode_file.h"

#include <config.h>
#include <errno.h>
#include <linux_file.h>
#include <linux_statfs.h>
#include <linux_time.h>
#include <vfs.h>
#ifdef CONFIG_LIB_MOUNT_TABLE
#include <mount_table.h>
#endif

long sys_fstatfs(long fd, long values);
long sys_statfs(long path, long values);
long sys_statx(long directory, long path, long flags, long mask, long values);
long sys_sync(void);

long sys_sync(void)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    (void)vfs_sync(); /* sync(2) has no errors */
#else
    struct vnode *root = vfs_root();

    if (root->ops->sync != NULL)
        (void)root->ops->sync(root, false);
#endif
    return 0;
}

/* Without an answer of its own, as ramfs on Linux: no limit, and nothing said of blocks. `vnode` NULL: no
 * file of a file system. */
static int show(struct vnode *vnode, struct linux_statfs *values)
{
    struct vnode_statfs found = {.type = LINUX_RAMFS_MAGIC, .block_size = 4096};
    int64_t flags = 0;

    if (vnode != NULL && vnode->ops->statfs != NULL) {
        int error = vnode->ops->statfs(vnode, &found);

        if (error != 0)
            return error;
    }
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (vnode != NULL)
        flags = LINUX_ST_VALID | (vnode->mount->flags & MOUNT_READ_ONLY ? LINUX_ST_RDONLY : 0) |
                (vnode->mount->flags & MOUNT_NO_EXEC ? LINUX_ST_NOEXEC : 0);
#endif
    *values = (struct linux_statfs){
        .type = (int64_t)found.type,
        .block_size = found.block_size,
        .blocks = found.blocks,
        .blocks_free = found.free_blocks,
        .blocks_available = found.available_blocks,
        .files = found.files,
        .files_free = found.free_files,
        .id = {(int32_t)found.id, (int32_t)(found.id >> 32)},
        .name_length = VNODE_NAME_MAX,
        .fragment_size = found.block_size,
        .flags = flags,
    };
    return 0;
}

long sys_statfs(long path, long values)
{
    struct vnode *vnode;
    int error = files_lookup(LINUX_AT_FDCWD, (const char *)path, 0, &vnode);

    if (error != 0)
        return error;
    error = show(vnode, (struct linux_statfs *)values);
    vnode_put(vnode);
    return error;
}

long sys_fstatfs(long fd, long values)
{
    int error;
    struct vnode_file *file = files_get(fd, 0, &error);

    if (file == NULL)
        return error != 0 ? error : show(NULL, (struct linux_statfs *)values);
    error = show(file->vnode, (struct linux_statfs *)values);
    fd_put(&file->file);
    return error;
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
        .user = found.user,
        .group = found.group,
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
