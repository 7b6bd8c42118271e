/*
 * System calls on what a file is like: size, mode, times.
 */
#include "vnode_file.h"

#include "mapped.h"

#include <config.h>
#include <errno.h>
#include <linux_file.h>
#include <linux_statfs.h>
#include <linux_time.h>
#ifdef CONFIG_LIB_RESOURCE_LIMITS
#include <resource_limits.h>
#endif
#include <vfs.h>

static long stat_path(long directory, long path, unsigned flags, long stat)
{
    struct linux_stat_values values;
    struct vnode *vnode;
    int error = files_lookup(directory, (const char *)path, flags, &vnode);

    if (error != 0)
        return error;
    files_stat(vnode, &values);
    vnode_put(vnode);
    linux_stat_store((void *)stat, &values);
    return 0;
}

long sys_fstat(long fd, long stat);

long sys_newfstatat(long directory, long path, long stat, long flags)
{
    const char *text = (const char *)path;

    /* A descriptor may be of any kind. */
    if (text != NULL && *text == '\0' && (flags & LINUX_AT_EMPTY_PATH) && (int)directory != LINUX_AT_FDCWD)
        return sys_fstat(directory, stat);
    return stat_path(directory, path, (unsigned)flags, stat);
}

long sys_stat(long path, long stat)
{
    return stat_path(LINUX_AT_FDCWD, path, 0, stat);
}

long sys_lstat(long path, long stat)
{
    return stat_path(LINUX_AT_FDCWD, path, LINUX_AT_SYMLINK_NOFOLLOW, stat);
}

#ifdef CONFIG_LIB_USERS
static int may(struct vnode *vnode, long mode, unsigned how)
{
    return vfs_may(vnode, (unsigned)mode, how);
}
#else
/* There is one user, who may do everything except run a file that nobody may run. */
static int may(struct vnode *vnode, long mode, unsigned how)
{
    struct vnode_attributes attributes;

    (void)how;
    vnode->ops->get(vnode, &attributes);
    return (mode & LINUX_X_OK) && vnode->type == VNODE_FILE && !(attributes.mode & 0111) ? -EACCES : 0;
}
#endif

long sys_faccessat2(long directory, long path, long mode, long flags)
{
    unsigned how = flags & LINUX_AT_EACCESS ? 0 : VFS_REAL;
    struct vnode *vnode;
    int error;

    if ((mode & ~7) || (flags & ~(long)(LINUX_AT_EACCESS | LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH)))
        return -EINVAL;
    error = files_lookup(directory, (const char *)path,
                         (unsigned)flags | (how & VFS_REAL ? FILES_AS_REAL : 0), &vnode);
    if (error != 0)
        return error;
#ifdef CONFIG_LIB_MOUNT_TABLE
    if (mode & LINUX_W_OK)
        error = vfs_is_writable(vnode);
    if (error == 0)
#endif
        error = may(vnode, mode, how);
    vnode_put(vnode);
    return error;
}

long sys_faccessat(long directory, long path, long mode)
{
    return sys_faccessat2(directory, path, mode, 0);
}

long sys_access(long path, long mode)
{
    return sys_faccessat2(LINUX_AT_FDCWD, path, mode, 0);
}

static int set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    int error;

    if (which & VNODE_SET_SIZE)
        files_lock(vnode);
    error = vfs_set_attributes(vnode, attributes, which);

#ifdef CONFIG_LIB_USERS
    if (error == 0 && (which & VNODE_SET_SIZE))
        files_take_rights(vnode);
#endif
    if (error == 0 && (which & VNODE_SET_SIZE))
        files_mapped_cut(vnode);
    if (which & VNODE_SET_SIZE)
        files_unlock(vnode);
    return error;
}

static long set_path(long directory, long path, unsigned flags, const struct vnode_attributes *attributes,
                     unsigned which)
{
    struct files_found found;
    int error = files_find(directory, (const char *)path, flags, &found);

    if (error != 0)
        return error;
    if ((which & VNODE_SET_SIZE) && found.vnode->type != VNODE_FILE)
        error = found.vnode->type == VNODE_DIRECTORY ? -EISDIR : -EINVAL;
    else if (which & VNODE_SET_SIZE)
        error = vfs_may_open(found.vnode, false, true);
    if (error == 0)
        error = set(found.vnode, attributes, which);
    files_told(&found, error, which);
    vnode_put(found.vnode);
    return error;
}

static long set_descriptor(long fd, const struct vnode_attributes *attributes, unsigned which)
{
    int error;
    struct vnode_file *file = files_get(fd, -EINVAL, &error);

    if (file == NULL)
        return error;
    if (file->file.flags & LINUX_O_PATH)
        error = -EBADF;
    else if ((which & VNODE_SET_SIZE) &&
             (file->vnode->type != VNODE_FILE || (file->file.flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY))
        error = -EINVAL;
    else
        error = set(file->vnode, attributes, which);
    if (error == 0)
        files_tell_change(file, which);
    fd_put(&file->file);
    return error;
}

/* What a file's size may not be set to. */
static int refused(long size)
{
    if (size < 0)
        return -EINVAL;
#ifdef CONFIG_LIB_RESOURCE_LIMITS
    if (size > 0 && resource_file_room((uint64_t)size - 1, 1) == 0)
        return -EFBIG;
#endif
    return 0;
}

long sys_truncate(long path, long size)
{
    const struct vnode_attributes attributes = {.size = (uint64_t)size};

    int error = refused(size);

    return error != 0 ? error : set_path(LINUX_AT_FDCWD, path, 0, &attributes, VNODE_SET_SIZE);
}

long sys_ftruncate(long fd, long size)
{
    const struct vnode_attributes attributes = {.size = (uint64_t)size};

    int error = refused(size);

    return error != 0 ? error : set_descriptor(fd, &attributes, VNODE_SET_SIZE);
}

long sys_fchmodat(long directory, long path, long mode)
{
    const struct vnode_attributes attributes = {.mode = (uint32_t)mode & 07777};

    return set_path(directory, path, 0, &attributes, VNODE_SET_MODE);
}

long sys_chmod(long path, long mode)
{
    return sys_fchmodat(LINUX_AT_FDCWD, path, mode);
}

long sys_fchmod(long fd, long mode)
{
    const struct vnode_attributes attributes = {.mode = (uint32_t)mode & 07777};

    return set_descriptor(fd, &attributes, VNODE_SET_MODE);
}

/* Reads one of the times of utimensat(2); `bit` goes into *which if it is to be set. */
static int read_time(const struct linux_timespec *time, unsigned bit, unsigned *which, int64_t *nanoseconds)
{
    *nanoseconds = VNODE_NOW;
    if (time != NULL && time->nanoseconds == LINUX_UTIME_OMIT)
        return 0;
    *which |= bit;
    if (time == NULL || time->nanoseconds == LINUX_UTIME_NOW)
        return 0;
    if (time->nanoseconds < 0 || time->nanoseconds >= (int64_t)NANOSECONDS)
        return -EINVAL;
    if (__builtin_mul_overflow(time->seconds, (int64_t)NANOSECONDS, nanoseconds) ||
        __builtin_add_overflow(*nanoseconds, time->nanoseconds, nanoseconds))
        *nanoseconds = time->seconds < 0 ? INT64_MIN + 1 : INT64_MAX; /* as near as can be kept */
    return 0;
}

long sys_utimensat(long directory, long path, long times, long flags)
{
    const struct linux_timespec *time = (const struct linux_timespec *)times;
    struct vnode_attributes attributes;
    unsigned which = 0;

    if ((flags & ~(LINUX_AT_SYMLINK_NOFOLLOW | LINUX_AT_EMPTY_PATH)) ||
        read_time(time, VNODE_SET_ACCESS_TIME, &which, &attributes.access_time) != 0 ||
        read_time(time != NULL ? time + 1 : NULL, VNODE_SET_MODIFICATION_TIME, &which,
                  &attributes.modification_time) != 0)
        return -EINVAL;
    if (which == 0)
        return 0;
    if (path == 0)
        return set_descriptor((int)directory, &attributes, which);
    return set_path(directory, path, (unsigned)flags, &attributes, which);
}
