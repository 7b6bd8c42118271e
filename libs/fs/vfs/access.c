/*
 * Who may do what with a file. Without the library users everybody is root, and nobody is asked.
 */
#include "names.h"

#ifdef CONFIG_LIB_MOUNT_TABLE
static bool is_read_only(const struct vnode *vnode)
{
    return vnode->mount->flags & MOUNT_READ_ONLY;
}
#endif

#ifdef CONFIG_LIB_MOUNT_TABLE
int vfs_is_writable(const struct vnode *vnode)
{
    bool holds = vnode->type == VNODE_FILE || vnode->type == VNODE_DIRECTORY || vnode->type == VNODE_SYMLINK;

    return holds && (is_read_only(vnode) || vnode->ops->set == NULL) ? -EROFS : 0;
}
#endif

int vfs_may_open(struct vnode *vnode, bool reads, bool writes)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (writes && vnode->type == VNODE_FILE && is_read_only(vnode))
        return -EROFS;
#endif
#ifdef CONFIG_LIB_USERS
    return vfs_may(vnode, (reads ? VFS_READ : 0) | (writes ? VFS_WRITE : 0), 0);
#else
    (void)vnode, (void)reads, (void)writes;
    return 0;
#endif
}

int vfs_set_attributes(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    int error = vnode->ops->set != NULL ? 0 : -EROFS;

#ifdef CONFIG_LIB_MOUNT_TABLE
    if (is_read_only(vnode))
        error = -EROFS;
#endif
#ifdef CONFIG_LIB_USERS
    struct vnode_attributes changed;

    if (error == 0 && users_now.user[USERS_FILES] != 0) {
        changed = *attributes;
        error = vfs_may_set(vnode, &changed, which);
        attributes = &changed;
    }
#endif
    return error != 0 ? error : vnode->ops->set(vnode, attributes, which);
}
