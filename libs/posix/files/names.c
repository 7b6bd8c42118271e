/*
 * System calls that give, change and remove names.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <string.h>
#include <vfs.h>

static long make(long directory, long path, const struct vnode_new *what)
{
    struct vnode *start;
    int error = files_start(directory, (const char *)path, &start);

    if (error != 0)
        return error;
    error = vfs_make(start, (const char *)path, what, NULL);
    vnode_put(start);
    return error;
}

long sys_mkdirat(long directory, long path, long mode)
{
    const struct vnode_new what = {.mode = VNODE_DIRECTORY | (files_masked(mode) & 01777), .time = VNODE_NOW};

    return make(directory, path, &what);
}

long sys_mkdir(long path, long mode)
{
    return sys_mkdirat(LINUX_AT_FDCWD, path, mode);
}

/* Files of every kind but devices, which are not made by applications. */
long sys_mknodat(long directory, long path, long mode, long device)
{
    struct vnode_new what = {.mode = mode & VNODE_TYPE_MASK, .time = VNODE_NOW};

    (void)device;
    if (what.mode == 0)
        what.mode = VNODE_FILE;
    if (what.mode != VNODE_FILE && what.mode != VNODE_FIFO && what.mode != VNODE_SOCKET)
        return what.mode == VNODE_DIRECTORY || what.mode == VNODE_DEVICE || what.mode == VNODE_BLOCK_DEVICE
                   ? -EPERM
                   : -EINVAL;
    what.mode |= files_masked(mode);
    return make(directory, path, &what);
}

long sys_mknod(long path, long mode, long device)
{
    return sys_mknodat(LINUX_AT_FDCWD, path, mode, device);
}

long sys_symlinkat(long target, long directory, long path)
{
    struct vnode_new what = {.mode = VNODE_SYMLINK | 0777, .time = VNODE_NOW, .target = (const char *)target};

    if (what.target == NULL)
        return -EFAULT;
    what.target_length = strlen(what.target);
    if (what.target_length == 0)
        return -ENOENT;
    if (what.target_length >= VFS_PATH_MAX)
        return -ENAMETOOLONG;
    return make(directory, path, &what);
}

long sys_symlink(long target, long path)
{
    return sys_symlinkat(target, LINUX_AT_FDCWD, path);
}

long sys_linkat(long old_directory, long old_path, long new_directory, long new_path, long flags)
{
    unsigned how = flags & LINUX_AT_EMPTY_PATH;
    struct vnode *file, *start;
    int error;

    if (flags & ~(LINUX_AT_SYMLINK_FOLLOW | LINUX_AT_EMPTY_PATH))
        return -EINVAL;
    if (!(flags & LINUX_AT_SYMLINK_FOLLOW))
        how |= LINUX_AT_SYMLINK_NOFOLLOW;
    error = files_lookup(old_directory, (const char *)old_path, how, &file);
    if (error != 0)
        return error;
    error = files_start(new_directory, (const char *)new_path, &start);
    if (error == 0) {
        error = vfs_link(file, start, (const char *)new_path);
        vnode_put(start);
    }
    vnode_put(file);
    return error;
}

long sys_link(long old_path, long new_path)
{
    return sys_linkat(LINUX_AT_FDCWD, old_path, LINUX_AT_FDCWD, new_path, 0);
}

long sys_unlinkat(long directory, long path, long flags)
{
    struct vnode *start;
    int error;

    if (flags & ~LINUX_AT_REMOVEDIR)
        return -EINVAL;
    error = files_start(directory, (const char *)path, &start);
    if (error != 0)
        return error;
    error = vfs_remove(start, (const char *)path, flags != 0);
    vnode_put(start);
    return error;
}

long sys_unlink(long path)
{
    return sys_unlinkat(LINUX_AT_FDCWD, path, 0);
}

long sys_rmdir(long path)
{
    return sys_unlinkat(LINUX_AT_FDCWD, path, LINUX_AT_REMOVEDIR);
}

long sys_renameat2(long old_directory, long old_path, long new_directory, long new_path, long flags)
{
    struct vnode *from, *to;
    int error;

    if ((flags & ~(long)(VNODE_RENAME_NOREPLACE | VNODE_RENAME_EXCHANGE)) ||
        flags == (VNODE_RENAME_NOREPLACE | VNODE_RENAME_EXCHANGE))
        return -EINVAL;
    error = files_start(old_directory, (const char *)old_path, &from);
    if (error != 0)
        return error;
    error = files_start(new_directory, (const char *)new_path, &to);
    if (error == 0) {
        error = vfs_rename(from, (const char *)old_path, to, (const char *)new_path, (unsigned)flags);
        vnode_put(to);
    }
    vnode_put(from);
    return error;
}

long sys_renameat(long old_directory, long old_path, long new_directory, long new_path)
{
    return sys_renameat2(old_directory, old_path, new_directory, new_path, 0);
}

long sys_rename(long old_path, long new_path)
{
    return sys_renameat(LINUX_AT_FDCWD, old_path, LINUX_AT_FDCWD, new_path);
}

long sys_readlinkat(long directory, long path, long buffer, long size)
{
    struct vnode *link;
    long result;

    if ((int)size <= 0)
        return -EINVAL;
    result =
        files_lookup(directory, (const char *)path, LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH, &link);
    if (result != 0)
        return result;
    if (link->type == VNODE_SYMLINK)
        result = link->ops->read(link, (void *)buffer, (size_t)(int)size, 0);
    else
        result = *(const char *)path == '\0' ? -ENOENT : -EINVAL;
    vnode_put(link);
    return result;
}

long sys_readlink(long path, long buffer, long size)
{
    return sys_readlinkat(LINUX_AT_FDCWD, path, buffer, size);
}
