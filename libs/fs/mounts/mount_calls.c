/*
 * mount(2) and umount2(2), for root alone.
 */
#include <config.h>
#include <errno.h>
#include <heap.h>
#include <linux_mount.h>
#include <mount_table.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define OPTIONS_MAX 4096 /* bytes: a page, as mount(2) says */

long sys_mount(long source, long path, long kind, long flags, long data);
long sys_umount2(long path, long flags);

/* The file system that stands at `path` gets other flags. */
static int remount(const char *path, unsigned flags)
{
    struct vnode *root;
    int error = vfs_lookup(NULL, path, VFS_FOLLOW, &root);

    if (error != 0)
        return error;
    if (root->mount->root != root)
        error = -EINVAL;
    else if (root->ops->create == NULL && !(flags & MOUNT_READ_ONLY))
        error = -EROFS;
    else
        root->mount->flags = flags;
    vnode_put(root);
    return error;
}

/* tmpfs is what ramfs is called by those who mount one. */
static const char *kind_of(const char *name)
{
    return strcmp(name, "tmpfs") == 0 ? "ramfs" : name;
}

static int mount(const char *source, const char *path, const char *kind, unsigned long flags,
                 const char *data)
{
    const char *words = flags & LINUX_MS_RDONLY   ? flags & LINUX_MS_NOEXEC ? "ro,noexec," : "ro,"
                        : flags & LINUX_MS_NOEXEC ? "noexec,"
                                                  : "";
    size_t length = strlen(words), size = strlen(data) + 1;
    char *options;
    int error;

    if (size > OPTIONS_MAX)
        return -EINVAL;
    options = heap_alloc(length + size);
    if (options == NULL)
        return -ENOMEM;
    memcpy(options, words, length);
    memcpy(options + length, data, size);
    error = vfs_mount(path, kind_of(kind), source, options);
    heap_free(options);
    return error;
}

long sys_mount(long source, long path, long kind, long flags, long data)
{
    if (path == 0)
        return -EFAULT;
#ifdef CONFIG_LIB_USERS
    if (!users_are_root())
        return -EPERM;
#endif
    if (flags & (LINUX_MS_BIND | LINUX_MS_MOVE))
        return -EINVAL;
    if (flags & LINUX_MS_PROPAGATION)
        return 0; /* there is one tree, which nobody shares */
    if (flags & LINUX_MS_REMOUNT)
        return remount((const char *)path, (flags & LINUX_MS_RDONLY ? MOUNT_READ_ONLY : 0) |
                                               (flags & LINUX_MS_NOEXEC ? MOUNT_NO_EXEC : 0));
    if (kind == 0)
        return -EINVAL;
    return mount(source != 0 ? (const char *)source : "none", (const char *)path, (const char *)kind,
                 (unsigned long)flags, data != 0 ? (const char *)data : "");
}

long sys_umount2(long path, long flags)
{
    if (flags & ~(long)(LINUX_MNT_FORCE | LINUX_MNT_DETACH | LINUX_MNT_EXPIRE | LINUX_UMOUNT_NOFOLLOW) ||
        ((flags & LINUX_MNT_EXPIRE) && (flags & (LINUX_MNT_FORCE | LINUX_MNT_DETACH))))
        return -EINVAL;
#ifdef CONFIG_LIB_USERS
    if (!users_are_root())
        return -EPERM;
#endif
    if (flags & LINUX_MNT_EXPIRE)
        return -EBUSY; /* never idle for long enough */
    return path == 0 ? -EFAULT : vfs_unmount((const char *)path, flags & LINUX_MNT_DETACH);
}
