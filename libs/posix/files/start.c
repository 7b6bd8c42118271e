/*
 * Where a system call's path begins.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <vfs.h>

int files_start(long directory, const char *path, struct vnode **start)
{
    struct vnode_file *file;
    int error;

    *start = NULL;
    if (path == NULL)
        return -EFAULT;
    if (*path == '/' || *path == '\0' || (int)directory == LINUX_AT_FDCWD)
        return 0; /* an empty path leads nowhere, from anywhere */
    file = files_get((int)directory, -ENOTDIR, &error);
    if (file == NULL)
        return error;
    error = file->vnode->type == VNODE_DIRECTORY ? 0 : -ENOTDIR;
    if (error == 0)
        *start = vnode_get(file->vnode);
    fd_put(&file->file);
    return error;
}

int files_lookup(long directory, const char *path, unsigned flags, struct vnode **found)
{
    struct vnode *start;
    int error;

    if (path != NULL && *path == '\0' && (flags & LINUX_AT_EMPTY_PATH)) {
        struct vnode_file *file;

        if ((int)directory == LINUX_AT_FDCWD) {
            *found = vnode_get(vfs_working_directory());
            return 0;
        }
        file = files_get((int)directory, -EINVAL, &error);
        if (file == NULL)
            return error;
        *found = vnode_get(file->vnode);
        fd_put(&file->file);
        return 0;
    }
    error = files_start(directory, path, &start);
    if (error != 0)
        return error;
    error = vfs_lookup(
        start, path,
        (flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : VFS_FOLLOW) | (flags & FILES_AS_REAL ? VFS_REAL : 0), found);
    vnode_put(start);
    return error;
}
