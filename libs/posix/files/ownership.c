/*
 * Owners of files. There is one user and one group, both 0, as in a user namespace that maps one id: what is
 * so already succeeds, other ids do not exist (EINVAL).
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>

#define ROOT 0
#define SAME UINT32_MAX /* leave it */

long sys_chown(long path, long user, long group);
long sys_fchown(long fd, long user, long group);
long sys_fchownat(long directory, long path, long user, long group, long flags);
long sys_lchown(long path, long user, long group);

static int check(long user, long group)
{
    return ((uint32_t)user == ROOT || (uint32_t)user == SAME) &&
                   ((uint32_t)group == ROOT || (uint32_t)group == SAME)
               ? 0
               : -EINVAL;
}

long sys_fchownat(long directory, long path, long user, long group, long flags)
{
    struct vnode *vnode;
    int error;

    if (flags & ~(long)(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -EINVAL;
    error = files_lookup(directory, (const char *)path, (unsigned)flags, &vnode);
    if (error != 0)
        return error;
    vnode_put(vnode);
    return check(user, group);
}

long sys_chown(long path, long user, long group)
{
    return sys_fchownat(LINUX_AT_FDCWD, path, user, group, 0);
}

long sys_lchown(long path, long user, long group)
{
    return sys_fchownat(LINUX_AT_FDCWD, path, user, group, LINUX_AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(long fd, long user, long group)
{
    struct open_file *file = fd_get(fd);
    int error;

    if (file == NULL)
        return -EBADF;
    error = file->flags & LINUX_O_PATH ? -EBADF : check(user, group);
    fd_put(file);
    return error;
}
