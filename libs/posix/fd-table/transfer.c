/*
 * Reading, writing and seeking on any descriptor.
 */
#include "slots.h"

#ifdef CONFIG_LIB_ACCESS_PROBE
#include <access_probe.h>
#endif

long sys_lseek(long fd, long offset, long whence);
long sys_pread64(long fd, long buffer, long size, long offset);
long sys_pwrite64(long fd, long data, long size, long offset);
long sys_read(long fd, long buffer, long size);
long sys_write(long fd, long data, long size);

/* Whether the application's memory is there. Without a probe a bad pointer ends in a fault. */
static bool readable(long data, long size)
{
#ifdef CONFIG_LIB_ACCESS_PROBE
    return access_probe_read((const void *)data, (size_t)size);
#else
    (void)data, (void)size;
    return true;
#endif
}

static bool writable(long buffer, long size)
{
#ifdef CONFIG_LIB_ACCESS_PROBE
    return access_probe_write((void *)buffer, (size_t)size);
#else
    (void)buffer, (void)size;
    return true;
#endif
}

static size_t limited(long size)
{
    return (size_t)size < LINUX_TRANSFER_MAX ? (size_t)size : LINUX_TRANSFER_MAX;
}

long sys_read(long fd, long buffer, long size)
{
    long result;

    do {
        struct open_file *file = fd_get_for(fd, LINUX_O_WRONLY);

        if (file == NULL)
            return -EBADF;
        if (!writable(buffer, size)) {
            fd_put(file);
            return -EFAULT;
        }
        result = file->ops->read != NULL ? file->ops->read(file, (void *)buffer, limited(size)) : -EINVAL;
        fd_put(file);
    } while (fd_restart(result));
    return result;
}

long sys_write(long fd, long data, long size)
{
    long result;

    do {
        struct open_file *file = fd_get_for(fd, LINUX_O_RDONLY);

        if (file == NULL)
            return -EBADF;
        if (!readable(data, size)) {
            fd_put(file);
            return -EFAULT;
        }
        result =
            file->ops->write != NULL ? file->ops->write(file, (const void *)data, limited(size)) : -EINVAL;
        fd_put(file);
    } while (fd_restart(result));
    return result;
}

long sys_pread64(long fd, long buffer, long size, long offset)
{
    struct open_file *file;
    long result;

    if (offset < 0)
        return -EINVAL;
    file = fd_get_for(fd, LINUX_O_WRONLY);
    if (file == NULL)
        return -EBADF;
    if (file->ops->read_at == NULL)
        result = -ESPIPE;
    else
        result = file->ops->read_at(file, (void *)buffer, limited(size), (uint64_t)offset);
    fd_put(file);
    return result;
}

long sys_pwrite64(long fd, long data, long size, long offset)
{
    struct open_file *file;
    long result;

    if (offset < 0)
        return -EINVAL;
    file = fd_get_for(fd, LINUX_O_RDONLY);
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
