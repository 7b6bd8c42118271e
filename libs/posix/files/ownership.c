/*
 * Owners of files.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <vfs.h>

#define SAME UINT32_MAX /* leave it */
#define SET_USER 04000u /* S_ISUID and S_ISGID: stat(2) */
#define SET_GROUP 02000u
#define GROUP_RUNS 00010u

long sys_chown(long path, long user, long group);
long sys_fchown(long fd, long user, long group);
long sys_fchownat(long directory, long path, long user, long group, long flags);
long sys_lchown(long path, long user, long group);

static unsigned wanted(uint32_t user, uint32_t group)
{
    return (user != SAME ? VNODE_SET_USER : 0) | (group != SAME ? VNODE_SET_GROUP : 0);
}

/* Who gets a program gets no right of its former owner with it: chown(2). */
static long change(struct vnode *vnode, uint32_t user, uint32_t group)
{
    struct vnode_attributes attributes;
    unsigned which = wanted(user, group);
    uint32_t mode;

    vnode->ops->get(vnode, &attributes);
    attributes.user = user;
    attributes.group = group;
    mode = attributes.mode & 07777 & ~(SET_USER | (attributes.mode & GROUP_RUNS ? SET_GROUP : 0));
    if (vnode->type == VNODE_FILE && mode != (attributes.mode & 07777)) {
        attributes.mode = mode;
        which |= VNODE_SET_MODE;
    }
    return which != 0 ? vfs_set_attributes(vnode, &attributes, which) : 0;
}

#ifdef CONFIG_LIB_USERS
/* write(2): what others have written gives no rights of its owner. It is no matter if that fails. */
void files_take_rights(struct vnode *vnode)
{
    struct vnode_attributes attributes;

    if (users_now.user[USERS_FILES] == 0)
        return;
    vnode->ops->get(vnode, &attributes);
    if (!(attributes.mode & (SET_USER | (attributes.mode & GROUP_RUNS ? SET_GROUP : 0))))
        return;
    attributes.mode &= 07777 & ~(SET_USER | (attributes.mode & GROUP_RUNS ? SET_GROUP : 0));
    if (vnode->ops->set != NULL)
        (void)vnode->ops->set(vnode, &attributes, VNODE_SET_MODE);
}
#endif

long sys_fchownat(long directory, long path, long user, long group, long flags)
{
    struct files_found found;
    long error;

    if (flags & ~(long)(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH))
        return -EINVAL;
    error = files_find(directory, (const char *)path, (unsigned)flags, &found);
    if (error != 0)
        return error;
    error = change(found.vnode, (uint32_t)user, (uint32_t)group);
    files_told(&found, (int)error, wanted((uint32_t)user, (uint32_t)group));
    vnode_put(found.vnode);
    return error;
}

long sys_chown(long path, long user, long group)
{
    return sys_fchownat(LINUX_AT_FDCWD, path, user, group, 0);
}

long sys_lchown(long path, long user, long group)
{
    return sys_fchownat(LINUX_AT_FDCWD, path, user, group, LINUX_AT_SYMLINK_NOFOLLOW);
}

/* Sockets, pipes and the like belong to nobody in particular. */
long sys_fchown(long fd, long user, long group)
{
    int error;
    struct vnode_file *file = files_get(fd, 0, &error);
    long result;

    if (file == NULL)
        return error;
    result = file->file.flags & LINUX_O_PATH ? -EBADF : change(file->vnode, (uint32_t)user, (uint32_t)group);
    if (result == 0)
        files_tell_change(file, wanted((uint32_t)user, (uint32_t)group));
    fd_put(&file->file);
    return result;
}
