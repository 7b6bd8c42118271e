/*
 * Reading and writing in pieces, at the file's position or at another place.
 */
#include "slots.h"

#define HARMLESS (LINUX_RWF_HIPRI | LINUX_RWF_DSYNC | LINUX_RWF_SYNC) /* of preadv2() and pwritev2() */

long sys_preadv(long fd, long pieces, long count, long offset);
long sys_preadv2(long fd, long pieces, long count, long offset, long offset_high, long flags);
long sys_pwritev(long fd, long pieces, long count, long offset);
long sys_pwritev2(long fd, long pieces, long count, long offset, long offset_high, long flags);
long sys_readv(long fd, long pieces, long count);
long sys_writev(long fd, long pieces, long count);

/* One piece of a transfer; `offset` means something only for those that have one. */
typedef long move(struct open_file *file, void *piece, size_t size, uint64_t offset);

static long read_some(struct open_file *file, void *piece, size_t size, uint64_t offset)
{
    (void)offset;
    return file->ops->read != NULL ? file->ops->read(file, piece, size) : -EINVAL;
}

static long write_some(struct open_file *file, void *piece, size_t size, uint64_t offset)
{
    (void)offset;
    return file->ops->write != NULL ? file->ops->write(file, piece, size) : -EINVAL;
}

static long read_at(struct open_file *file, void *piece, size_t size, uint64_t offset)
{
    return file->ops->read_at != NULL ? file->ops->read_at(file, piece, size, offset) : -ESPIPE;
}

static long write_at(struct open_file *file, void *piece, size_t size, uint64_t offset)
{
    return file->ops->write_at != NULL ? file->ops->write_at(file, piece, size, offset) : -ESPIPE;
}

/* The sum of the lengths, or an error. */
static long sum_of(const struct linux_iovec *pieces, long count)
{
    size_t sum = 0;

    if (count < 0 || count > LINUX_IOV_MAX)
        return -EINVAL;
    for (long i = 0; i < count; i++)
        if (__builtin_add_overflow(sum, pieces[i].length, &sum) || (long)sum < 0)
            return -EINVAL;
    return (long)sum;
}

/*
 * One piece after the other, until one is moved only in part. `once`: no further piece when something has
 * been moved, as where it would wait for more than has come.
 */
static long move_pieces(struct open_file *file, const struct linux_iovec *pieces, long count, uint64_t offset,
                        bool once, move *move)
{
    size_t sum = 0;

    for (long i = 0; i < count; i++) {
        size_t size = pieces[i].length;
        long moved;

        if (size > LINUX_TRANSFER_MAX - sum)
            size = LINUX_TRANSFER_MAX - sum;
        moved = move(file, pieces[i].base, size, offset + sum);
        if (moved < 0)
            return sum != 0 ? (long)sum : moved;
        sum += (size_t)moved;
        if ((size_t)moved < pieces[i].length || (once && moved != 0))
            break;
    }
    return (long)sum;
}

long sys_readv(long fd, long pieces, long count)
{
    const struct linux_iovec *first = (const struct linux_iovec *)pieces;
    long result;

    do {
        struct open_file *file = fd_get_for(fd, LINUX_O_WRONLY);

        if (file == NULL)
            return -EBADF;
        result = sum_of(first, count);
        if (result > 0 && file->ops->read_pieces != NULL && result <= (long)LINUX_TRANSFER_MAX)
            result = file->ops->read_pieces(file, first, (size_t)count);
        else if (result >= 0)
            result = move_pieces(file, first, count, 0, file->ops->seek == NULL, read_some);
        fd_put(file);
    } while (fd_restart(result));
    return result;
}

long sys_writev(long fd, long pieces, long count)
{
    const struct linux_iovec *first = (const struct linux_iovec *)pieces;
    long result;

    do {
        struct open_file *file = fd_get_for(fd, LINUX_O_RDONLY);

        if (file == NULL)
            return -EBADF;
        result = sum_of(first, count);
        if (result > 0 && file->ops->write_pieces != NULL && result <= (long)LINUX_TRANSFER_MAX)
            result = file->ops->write_pieces(file, first, (size_t)count);
        else if (result >= 0)
            result = move_pieces(file, first, count, 0, false, write_some);
        fd_put(file);
    } while (fd_restart(result));
    return result;
}

static long move_at(long fd, long pieces, long count, long offset, unsigned refused, move *move)
{
    struct open_file *file;
    long result;

    if (offset < 0)
        return -EINVAL;
    file = fd_get_for(fd, refused);
    if (file == NULL)
        return -EBADF;
    result = sum_of((const struct linux_iovec *)pieces, count);
    if (result >= 0)
        result = move_pieces(file, (const struct linux_iovec *)pieces, count, (uint64_t)offset, false, move);
    fd_put(file);
    return result;
}

/* The offset comes in two halves, of which the first holds all of it where a long has 64 bits. */
long sys_preadv(long fd, long pieces, long count, long offset)
{
    return move_at(fd, pieces, count, offset, LINUX_O_WRONLY, read_at);
}

long sys_pwritev(long fd, long pieces, long count, long offset)
{
    return move_at(fd, pieces, count, offset, LINUX_O_RDONLY, write_at);
}

long sys_preadv2(long fd, long pieces, long count, long offset, long offset_high, long flags)
{
    (void)offset_high;
    if (flags & ~(long)HARMLESS)
        return -EOPNOTSUPP;
    return offset == -1 ? sys_readv(fd, pieces, count) : sys_preadv(fd, pieces, count, offset);
}

long sys_pwritev2(long fd, long pieces, long count, long offset, long offset_high, long flags)
{
    (void)offset_high;
    if (flags & ~(long)HARMLESS)
        return -EOPNOTSUPP;
    return offset == -1 ? sys_writev(fd, pieces, count) : sys_pwritev(fd, pieces, count, offset);
}
