/*
 * memfd_create(2): a file of the root file system that has lost its name already. Its contents cannot be
 * sealed.
 */
#include "vnode_file.h"

#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <linux_statfs.h>
#include <string.h>
#include <vfs.h>

#define NAME_MAX 249 /* bytes: memfd_create(2) */

long sys_memfd_create(long name, long flags);

/* Nobody else runs between the two steps. */
static int make(struct vnode **vnode)
{
    static const char path[] = "/.memfd";
    const struct vnode_new what = {.mode = VNODE_FILE | 0777, .time = VNODE_NOW};
    int error;

#ifdef CONFIG_LIB_USERS
    if (vfs_root()->flags & VNODE_NAMELESS) { /* its owner may have no right to make names there */
        const struct vnode_new own = {
            .mode = what.mode,
            .user = users_now.user[USERS_FILES],
            .group = users_now.group[USERS_FILES],
            .time = VNODE_NOW,
        };
        return vfs_root()->ops->create(vfs_root(), "", 0, &own, vnode);
    }
#endif
    error = vfs_make(NULL, path, &what, vnode);
    if (error == 0)
        error = vfs_remove(NULL, path, false);
    return error;
}

long sys_memfd_create(long name, long flags)
{
    struct vnode_file *file;
    int error;

    if (flags & ~(long)(LINUX_MFD_CLOEXEC | LINUX_MFD_ALLOW_SEALING))
        return -EINVAL;
    if (strlen((const char *)name) > NAME_MAX)
        return -EINVAL;
    file = files_new(LINUX_O_RDWR);
    if (file == NULL)
        return -ENOMEM;
    error = make(&file->vnode);
    if (error != 0) {
        heap_free(file);
        return error;
    }
    return fd_open(&file->file, flags & LINUX_MFD_CLOEXEC);
}
