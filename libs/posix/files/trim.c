/* FITRIM of ioctl(2), as fstrim(8) uses it: include/uapi/linux/fs.h. */
#include "vnode_file.h"

#ifdef CONFIG_LIB_FS_TRIM
#include <errno.h>
#include <fs_trim.h>
#include <vfs.h>
#ifdef CONFIG_LIB_MOUNT_TABLE
#include <mount_table.h>
#endif

struct range { /* struct fstrim_range; bytes */
    uint64_t start, size, least;
};

static struct vnode *root_of(const struct vnode *vnode)
{
#ifdef CONFIG_LIB_MOUNT_TABLE
    return vnode->mount != NULL ? vnode->mount->root : NULL;
#else
    (void)vnode;
    return vfs_root();
#endif
}

long files_trim(struct vnode *vnode, void *argument)
{
    struct vnode *root = root_of(vnode);
    struct range *range = argument;
    const struct fs_trim *trim = root != NULL ? fs_trim_find(root) : NULL;
    uint64_t trimmed = 0;
    int error;

    if (trim == NULL)
        return -ENOTTY;
#ifdef CONFIG_LIB_USERS
    if (users_now.user[USERS_FILES] != 0)
        return -EPERM;
#endif
    if (range == NULL)
        return -EFAULT;
    error = trim->trim(root, range->start, range->size, range->least, &trimmed);
    if (error == 0)
        range->size = trimmed;
    return error;
}
#endif
