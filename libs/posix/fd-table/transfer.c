/*
 * Reading, writing and seeking on any descriptor.
 */
#include <errno.h>
#include <fd_table.h>
#include <linux_file.h>

/* The file behind `fd` if it was opened for reading or writing; `refused` is the access mode that has
 * neither. */
static struct open_file *get_for(long fd, unsigned refused)
{
    struct open_file *file = fd_get(fd);

    if (file != NULL && ((file->flags & LINUX_O_ACCMODE) == refused || (file->flags & LINUX_O_PATH))) {
        fd_put(file);
        return NULL;
    }
    return file;
}

static size_t limited(long size)
{
    return (size_t)size < LINUX_TRANSFER_MAX ? (size_t)size : LINUX_TRANSFER_MAX;
}

static long read_some(struct open_file *file, void *buffer, size_t size)
{
    if (file->ops->read == NULL)
        return -EINVAL;
    return file->ops->read(file, buffer, size);
}

static long write_some(struct open_file *file, void *data, size_t size)
{
    if (file->ops->write == NULL)
        return -EINVAL;
    return file->ops->write(file, data, size);
}

/*
 * One piece after the other, until one is moved only in part. `once`: no further piece when something has
 * been moved, as where it would wait for more than has come.
 */
static long move_pieces(struct open_file *file, const struct linux_iovec *pieces, long count, bool once,
                        long (*move)(struct open_file *file, void *piece, size_t size))
{
    size_t sum = 0;

    if (count < 0 || count > LINUX_IOV_MAX)
        return -EINVAL;
    for (long i = 0; i < count; i++)
        if (__builtin_add_overflow(sum, pieces[i].length, &sum) || (long)sum < 0)
            return -EINVAL;
    sum = 0;
    for (long i = 0; i < count; i++) {
        size_t size = pieces[i].length;
        long moved;

        if (size > LINUX_TRANSFER_MAX - sum)
            size = LINUX_TRANSFER_MAX - sum;
        moved = move(file, pieces[i].base, size);
        if (moved < 0)
            return sum != 0 ? (long)sum : moved;
        sum += (size_t)moved;
        if ((size_t)moved < pieces[i].length || (once && moved != 0))
            break;
    }
    return (long)sum;
}

long sys_read(long fd, long buffer, long size)
{
    struct open_file *file = get_for(fd, LINUX_O_WRONLY);
    long result;

    if (file == NULL)
        return -EBADF;
    result = read_some(file, (void *)buffer, limited(size));
    fd_put(file);
    return result;
}

long sys_readv(long fd, long pieces, long count)
{
    struct open_file *file = get_for(fd, LINUX_O_WRONLY);
    long result;

    if (file == NULL)
        return -EBADF;
    result = move_pieces(file, (const struct linux_iovec *)pieces, count, file->ops->seek == NULL, read_some);
    fd_put(file);
    return result;
}

long sys_pread64(long fd, long buffer, long size, long offset)
{
    struct open_file *file;
    long result;

    if (offset < 0)
        return -EINVAL;
    file = get_for(fd, LINUX_O_WRONLY);
    if (file == NULL)
        return -EBADF;
    if (file->ops->read_at == NULL)
        result = -ESPIPE;
    else
        result = file->ops->read_at(file, (void *)buffer, limited(size), (uint64_t)offset);
    fd_put(file);
    return result;
}

long sys_write(long fd, long data, long size)
{
    struct open_file *file = get_for(fd, LINUX_O_RDONLY);
    long result;

    if (file == NULL)
        return -EBADF;
    result = write_some(file, (void *)data, limited(size));
    fd_put(file);
    return result;
}

long sys_writev(long fd, long pieces, long count)
{
    struct open_file *file = get_for(fd, LINUX_O_RDONLY);
    long result;

    if (file == NULL)
        return -EBADF;
    result = move_pieces(file, (const struct linux_iovec *)pieces, count, false, write_some);
    fd_put(file);
    return result;
}

long sys_pwrite64(long fd, long data, long size, long offset)
{
    struct open_file *file;
    long result;

    if (offset < 0)
        return -EINVAL;
    file = get_for(fd, LINUX_O_RDONLY);
    if (file == NULL)
        return -EBADF;
    if (file->ops->write_at == NULL)
        result = -ESPIPE;
    else
        result = file->ops->write_at(file, (const void *)data, limited(size), (uint64_t)offset);
    fd_put(file);
    return result;
}

long sys_lseek(long fd, long offset, long whence)
{
    struct open_file *file = fd_get(fd);
    long result;

    if (file == NULL)
        return -EBADF;
    result = file->ops->seek != NULL ? file->ops->seek(file, offset, (int)whence) : -ESPIPE;
    fd_put(file);
    return result;
}
