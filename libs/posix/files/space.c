/*
 * Room for files, advice about them, and what is written where.
 */
#include "vnode_file.h"

#include <errno.h>
#include <linux_file.h>
#include <vfs.h>

#define PART 256 /* bytes that are moved at a time; no more than a page */

#define ADVICE_WILL_NEED 3
#define ADVICE_DO_NOT_NEED 4
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

static int make_room(struct vnode *vnode, long mode, uint64_t offset, uint64_t end)
{
    uint64_t size = size_of(vnode);
    const struct vnode_attributes longer = {.size = end}, shorter = {.size = size};
    int error = 0;

    if (mode & VNODE_ALLOCATE_KEEP_SIZE)
        end = end < size ? end : size; /* what lies behind the end cannot be kept */
    else if (end > size)
        error = vnode->ops->set(vnode, &longer, VNODE_SET_SIZE);
    if (error == 0)
        error = back(vnode, offset, end);
    if (error != 0 && end > size)
        vnode->ops->set(vnode, &shorter, VNODE_SET_SIZE);
    return error;
}

/* Zeroes from `offset` on; beyond the end of the file only without KEEP_SIZE. */
static int zero(struct vnode *vnode, long mode, uint64_t offset, uint64_t end)
{
    static const char zeroes[PART];
    uint64_t size = size_of(vnode);
    const struct vnode_attributes longer = {.size = end};
    uint64_t last = end < size ? end : size;

    while (offset < last) {
        long written =
            vnode->ops->write(vnode, zeroes, last - offset < PART ? (size_t)(last - offset) : PART, offset);

        if (written <= 0)
            return written < 0 ? (int)written : -EIO;
        offset += (uint64_t)written;
    }
    return end > size && !(mode & VNODE_ALLOCATE_KEEP_SIZE) ? vnode->ops->set(vnode, &longer, VNODE_SET_SIZE)
                                                            : 0;
}

/* The combinations that fallocate(2) allows. */
static bool is_mode(long mode)
{
    return mode == 0 || mode == VNODE_ALLOCATE_KEEP_SIZE ||
           mode == (VNODE_ALLOCATE_PUNCH_HOLE | VNODE_ALLOCATE_KEEP_SIZE) ||
           (mode & ~(long)VNODE_ALLOCATE_KEEP_SIZE) == VNODE_ALLOCATE_ZERO_RANGE ||
           mode == VNODE_ALLOCATE_COLLAPSE_RANGE || mode == VNODE_ALLOCATE_INSERT_RANGE;
}

static int allocate(struct vnode *vnode, long mode, uint64_t offset, uint64_t end)
{
    int error = vnode->ops->allocate != NULL
                    ? vnode->ops->allocate(vnode, (unsigned)mode, offset, end - offset)
                    : -EOPNOTSUPP;

    if (error != -EOPNOTSUPP)
        return error;
    if (mode == 0 || mode == VNODE_ALLOCATE_KEEP_SIZE)
        return make_room(vnode, mode, offset, end);
    if (mode & (VNODE_ALLOCATE_PUNCH_HOLE | VNODE_ALLOCATE_ZERO_RANGE))
        return zero(vnode, mode, offset, end);
    return -EOPNOTSUPP;
}

long sys_fallocate(long fd, long mode, long offset, long length)
{
    struct vnode_file *file;
    int64_t end;
    int error;

    if (offset < 0 || length <= 0)
        return -EINVAL;
    if (!is_mode(mode))
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
    if (error == 0)
        files_tell(file, LINUX_IN_MODIFY);
    fd_put(&file->file);
    return error;
}

/* What a descriptor stands for that is a file or a directory; NULL and an error. */
static struct vnode_file *get(long fd, int *error)
{
    struct vnode_file *file = files_get(fd, -ESPIPE, error);

    if (file == NULL || !(file->file.flags & LINUX_O_PATH))
        return file;
    fd_put(&file->file);
    *error = -EBADF;
    return NULL;
}

/* Without a page cache nothing is read ahead and nothing kept: all advice is good. */
long sys_fadvise64(long fd, long offset, long length, long advice)
{
    int error;
    struct vnode_file *file = get(fd, &error);

    if (file == NULL)
        return error;
    error = length < 0 || advice < 0 || advice > ADVICE_MAX ? -EINVAL : 0;
#ifdef CONFIG_LIB_PAGE_CACHE
    uint64_t size = length != 0 ? (uint64_t)length : UINT64_MAX;
    if (error == 0 && file->vnode->pages != NULL && offset >= 0) {
        if (advice == ADVICE_WILL_NEED)
            page_cache_read_ahead(file->vnode, (uint64_t)offset, size);
        else if (advice == ADVICE_DO_NOT_NEED)
            page_cache_give_up(file->vnode, (uint64_t)offset, size);
    }
#else
    (void)offset;
#endif
    fd_put(&file->file);
    return error;
}

long sys_readahead(long fd, long offset, long count)
{
    int error;
    struct vnode_file *file = get(fd, &error);

    if (file == NULL)
        return error == -ESPIPE ? -EINVAL : error;
#ifdef CONFIG_LIB_PAGE_CACHE
    if (file->vnode->pages != NULL && offset >= 0 && count > 0)
        page_cache_read_ahead(file->vnode, (uint64_t)offset, (uint64_t)count);
#else
    (void)offset, (void)count;
#endif
    fd_put(&file->file);
    return 0;
}

/* The pages reach the file system, which has not promised anything yet: sync_file_range(2) does not either.
 */
long sys_sync_file_range(long fd, long offset, long length, long flags)
{
    struct vnode_file *file;
    int error;

    if (offset < 0 || length < 0 || (flags & ~7) || length > INT64_MAX - offset)
        return -EINVAL;
    file = get(fd, &error);
    if (file == NULL)
        return error;
    error = 0;
#ifdef CONFIG_LIB_PAGE_CACHE
    if (file->vnode->pages != NULL && flags != 0) {
        uint64_t size = length != 0 ? (uint64_t)length : UINT64_MAX;
        int earlier;

        error = page_cache_write_back(file->vnode, (uint64_t)offset, size);
        earlier = page_cache_error(file->vnode, &file->errors_seen);
        error = error != 0 ? error : earlier;
    }
#endif
    fd_put(&file->file);
    return error;
}

/* Of the file system that the file is in; its errors are told. */
long sys_syncfs(long fd)
{
    int error;
    struct vnode_file *file = files_get(fd, 0, &error);

    if (file == NULL)
        return error;
    error = 0;
#ifdef CONFIG_LIB_MOUNT_TABLE
    error = vfs_sync_mount(file->vnode->mount);
#else
    sys_sync();
#endif
    fd_put(&file->file);
    return error;
}
