/*
 * System calls about descriptors: closing, what they refer to, flags.
 */
#include "slots.h"

long sys_close(long fd);
long sys_close_range(long first, long last, long flags);
long sys_fstat(long fd, long stat);
long sys_ioctl(long fd, long request, long argument);

long sys_close(long fd)
{
    if (fd_find(fd) == NULL)
        return -EBADF;
    fd_close((unsigned)fd);
    return 0;
}

long sys_close_range(long first, long last, long flags)
{
    unsigned from = (unsigned)first, to = (unsigned)last;

    if (from > to || (flags & ~(long)(LINUX_CLOSE_RANGE_UNSHARE | LINUX_CLOSE_RANGE_CLOEXEC)))
        return -EINVAL;
    for (unsigned fd = from; fd < fd_slots.count && fd <= to; fd++) {
        if (fd_slots.files[fd] == NULL)
            continue;
        if (flags & LINUX_CLOSE_RANGE_CLOEXEC)
            fd_set_bit(fd_slots.close_on_exec, fd, true);
        else
            fd_close(fd);
    }
    return 0;
}

/* What ioctl(2) does with any descriptor, as fs/ioctl.c of Linux. */
long sys_ioctl(long fd, long request, long argument)
{
    struct open_file *file = fd_get(fd);
    long result = 0;

    if (file == NULL)
        return -EBADF;
    switch ((unsigned)request) {
    case LINUX_FIOCLEX:
    case LINUX_FIONCLEX:
        fd_set_bit(fd_slots.close_on_exec, (unsigned)fd, (unsigned)request == LINUX_FIOCLEX);
        break;
    case LINUX_FIONBIO:
        file->flags =
            *(const int *)argument ? file->flags | LINUX_O_NONBLOCK : file->flags & ~LINUX_O_NONBLOCK;
        break;
    default:
        result = file->flags & LINUX_O_PATH   ? -EBADF
                 : file->ops->control != NULL ? file->ops->control(file, (unsigned)request, (void *)argument)
                                              : -ENOTTY;
    }
    fd_put(file);
    return result;
}

long sys_fstat(long fd, long stat)
{
    struct open_file *file = fd_get(fd);
    struct linux_stat_values values;

    if (file == NULL)
        return -EBADF;
    file->ops->stat(file, &values);
    linux_stat_store((void *)stat, &values);
    fd_put(file);
    return 0;
}
