/*
 * Permissions of users who are not root: path_resolution(7), inode(7), and where these leave a question,
 * Linux's fs/namei.c and fs/attr.c.
 */
#include "names.h"

#define SET_GROUP 02000u /* inode(7): S_ISGID, S_ISVTX, S_IXGRP */
#define STICKY 01000u
#define GROUP_RUNS 00010u
#define ANYBODY_RUNS 0111u

static uint32_t user_for(unsigned how)
{
    return users_now.user[how & VFS_REAL ? USERS_REAL : USERS_FILES];
}

static bool in_group(uint32_t group, unsigned how)
{
    return users_have_group(how & VFS_REAL ? USERS_REAL : USERS_FILES, group);
}

int vfs_may(struct vnode *vnode, unsigned wanted, unsigned how)
{
    struct vnode_attributes attributes;
    uint32_t user = user_for(how), granted;

    if (wanted == 0 || (user == 0 && (!(wanted & VFS_RUN) || vnode->type == VNODE_DIRECTORY)))
        return 0;
    vnode->ops->get(vnode, &attributes);
    granted = attributes.mode;
    if (user == 0)
        granted = granted & ANYBODY_RUNS ? 07 : 06;
    else if (attributes.user == user)
        granted >>= 6;
    else if (in_group(attributes.group, how))
        granted >>= 3;
    return wanted & ~granted ? -EACCES : 0;
}

int vfs_may_change(struct vnode *directory)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (directory->mount->flags & MOUNT_READ_ONLY)
        return -EROFS;
#endif
    return vfs_may(directory, VFS_WRITE | VFS_RUN, 0);
}

int vfs_may_remove(struct vnode *directory, struct vnode *vnode)
{
    struct vnode_attributes attributes;
    int error = vfs_may_change(directory);
    uint32_t user = user_for(0);

    if (error != 0 || user == 0)
        return error;
    directory->ops->get(directory, &attributes);
    if (!(attributes.mode & STICKY) || attributes.user == user)
        return 0;
    vnode->ops->get(vnode, &attributes);
    return attributes.user == user ? 0 : -EPERM;
}

int vfs_may_rename(const struct vfs_place *old, const struct vfs_place *new, unsigned flags)
{
    int error = vfs_may_remove(old->directory, old->vnode);

    if (error == 0)
        error =
            new->vnode != NULL ? vfs_may_remove(new->directory, new->vnode) : vfs_may_change(new->directory);
    if (error != 0 || old->directory == new->directory)
        return error;
    /* A directory that moves gets another "..". */
    if (old->vnode->type == VNODE_DIRECTORY)
        error = vfs_may(old->vnode, VFS_WRITE, 0);
    if (error == 0 && (flags & VNODE_RENAME_EXCHANGE) && new->vnode->type == VNODE_DIRECTORY)
        error = vfs_may(new->vnode, VFS_WRITE, 0);
    return error;
}

/* Who changes only the times, to now, need not own the file. */
static bool is_touch(const struct vnode_attributes *attributes, unsigned which)
{
    return which == (VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME) &&
           attributes->access_time == VNODE_NOW && attributes->modification_time == VNODE_NOW;
}

int vfs_may_set(struct vnode *vnode, struct vnode_attributes *attributes, unsigned which)
{
    struct vnode_attributes now;
    bool owns;

    vnode->ops->get(vnode, &now);
    owns = now.user == user_for(0);
    if ((which & VNODE_SET_USER) && !(owns && attributes->user == now.user))
        return -EPERM;
    if ((which & VNODE_SET_GROUP) &&
        !(owns && (attributes->group == now.group || in_group(attributes->group, 0))))
        return -EPERM;
    if (is_touch(attributes, which))
        return owns ? 0 : vfs_may(vnode, VFS_WRITE, 0);
    if ((which & (VNODE_SET_MODE | VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME)) && !owns)
        return -EPERM;
    if ((which & VNODE_SET_MODE) && !in_group(which & VNODE_SET_GROUP ? attributes->group : now.group, 0))
        attributes->mode &= ~SET_GROUP;
    return 0;
}

void vfs_own(struct vnode *directory, struct vnode_new *what)
{
    struct vnode_attributes above;

    what->user = user_for(0);
    what->group = users_now.group[USERS_FILES];
    directory->ops->get(directory, &above);
    if (!(above.mode & SET_GROUP))
        return;
    what->group = above.group;
    if ((what->mode & VNODE_TYPE_MASK) == VNODE_DIRECTORY)
        what->mode |= SET_GROUP;
    else if ((what->mode & GROUP_RUNS) && user_for(0) != 0 && !in_group(above.group, 0))
        what->mode &= ~SET_GROUP;
}
