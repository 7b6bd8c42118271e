/*
 * Who may do what with a file.
 */
#include "names.h"

#ifdef CONFIG_LIB_MOUNT_TABLE
static bool is_read_only(const struct vnode *vnode)
{
    return vnode->mount->flags & MOUNT_READ_ONLY;
}
#endif

int vfs_may_open(struct vnode *vnode, bool reads, bool writes)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (writes && vnode->type == VNODE_FILE && is_read_only(vnode))
        return -EROFS;
#endif
    (void)vnode, (void)reads, (void)writes;
    return 0;
}

int vfs_set_attributes(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    int error = vnode->ops->set != NULL ? 0 : -EROFS;

#ifdef CONFIG_LIB_MOUNT_TABLE
    if (is_read_only(vnode))
        error = -EROFS;
#endif
    return error != 0 ? error : vnode->ops->set(vnode, attributes, which);
}
