/*
 * Room for files, advice about them, and what is written where.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <linux_statfs.h>

#define PART 256 /* bytes that are moved at a time; no more than a page */

#define ADVICE_MAX 5 /* POSIX_FADV_NOREUSE: include/uapi/linux/fadvise.h */

long sys_fadvise64(long fd, long offset, long length, long advice);
long sys_fallocate(long fd, long mode, long offset, long length);
long sys_readahead(long fd, long offset, long count);
long sys_sync(void);
long sys_sync_file_range(long fd, long offset, long length, long flags);
long sys_syncfs(long fd);

static uint64_t size_of(struct vnode *vnode)
{
    struct vnode_attributes attributes;

    vnode->ops->get(vnode, &attributes);
    return attributes.size;
}

/* Writes what stands there over itself, so that there is memory for it: one byte a page would do, but a file
 * system's blocks are its own business. */
static int back(struct vnode *vnode, uint64_t from, uint64_t to)
{
    char bytes[PART];

    while (from < to) {
        long size = vnode->ops->read(vnode, bytes, to - from < PART ? (size_t)(to - from) : PART, from);
        long written = size > 0 ? vnode->ops->write(vnode, bytes, (size_t)size, from) : size;

        if (written <= 0)
            return written < 0 ? (int)written : -EIO;
        from += (uint64_t)written;
    }
    return 0;
}

static int allocate(struct vnode *vnode, long mode, uint64_t offset, uint64_t end)
{
    uint64_t size = size_of(vnode);
    const struct vnode_attributes longer = {.size = end}, shorter = {.size = size};
    int error = 0;

    if (mode & LINUX_FALLOC_KEEP_SIZE)
        end = end < size ? end : size; /* what lies behind the end cannot be kept */
    else if (end > size)
        error = vnode->ops->set(vnode, &longer, VNODE_SET_SIZE);
    if (error == 0)
        error = back(vnode, offset, end);
    if (error != 0 && end > size)
        vnode->ops->set(vnode, &shorter, VNODE_SET_SIZE);
    return error;
}

long sys_fallocate(long fd, long mode, long offset, long length)
{
    struct vnode_file *file;
    int64_t end;
    int error;

    if (offset < 0 || length <= 0)
        return -EINVAL;
    if (mode & ~(long)LINUX_FALLOC_KEEP_SIZE)
        return -EOPNOTSUPP;
    if (__builtin_add_overflow(offset, length, &end))
        return -EFBIG;
    file = files_get(fd, -ESPIPE, &error);
    if (file == NULL)
        return error;
    if ((file->file.flags & LINUX_O_PATH) || (file->file.flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY)
        error = -EBADF;
    else if (file->vnode->type != VNODE_FILE)
        error = file->vnode->type == VNODE_DIRECTORY ? -EISDIR : -ENODEV;
    else if (file->vnode->ops->write == NULL || file->vnode->ops->set == NULL)
        error = -EROFS;
    else
        error = allocate(file->vnode, mode, (uint64_t)offset, (uint64_t)end);
    fd_put(&file->file);
    return error;
}

/* 0 for what is a file or stands for one. */
static long check(long fd)
{
    int error;
    struct vnode_file *file = files_get(fd, -ESPIPE, &error);

    if (file == NULL)
        return error;
    error = file->file.flags & LINUX_O_PATH ? -EBADF : 0;
    fd_put(&file->file);
    return error;
}

/* Nothing is read ahead, and nothing is cached: all advice is good. */
long sys_fadvise64(long fd, long offset, long length, long advice)
{
    long error = check(fd);

    (void)offset;
    return error != 0 ? error : length < 0 || advice < 0 || advice > ADVICE_MAX ? -EINVAL : 0;
}

long sys_readahead(long fd, long offset, long count)
{
    long error = check(fd);

    (void)offset, (void)count;
    return error == -ESPIPE ? -EINVAL : error;
}

long sys_sync_file_range(long fd, long offset, long length, long flags)
{
    if (offset < 0 || length < 0 || (flags & ~7))
        return -EINVAL;
    return check(fd);
}

long sys_syncfs(long fd)
{
    struct open_file *file = fd_get(fd);

    if (file == NULL)
        return -EBADF;
    fd_put(file);
    return sys_sync();
}
