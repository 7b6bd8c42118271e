/*
 * System calls about descriptors: copies, flags, what they refer to.
 */
#include "slots.h"

#include <config.h>
#include <errno.h>
#include <linux_file.h>

#define CHANGEABLE (LINUX_O_APPEND | LINUX_O_NONBLOCK) /* by F_SETFL */

long sys_close(long fd);

static long duplicate(long fd, long lowest, bool close_on_exec)
{
    struct open_file *file = fd_get(fd);
    long copy;

    if (file == NULL)
        return -EBADF;
    copy =
        lowest < 0 || lowest >= CONFIG_FD_TABLE_MAX ? -EINVAL : fd_reserve((unsigned)lowest, close_on_exec);
    if (copy < 0)
        fd_put(file);
    else
        fd_fill(copy, file);
    return copy;
}

static long duplicate_to(long fd, long copy, bool close_on_exec)
{
    struct open_file *file;
    long reserved;

    if (copy < 0 || copy >= CONFIG_FD_TABLE_MAX)
        return -EBADF;
    file = fd_get(fd);
    if (file == NULL)
        return -EBADF;
    sys_close(copy);
    reserved = fd_reserve_exactly((unsigned)copy, close_on_exec);
    if (reserved < 0)
        fd_put(file);
    else
        fd_fill(copy, file);
    return reserved;
}

long sys_dup(long fd)
{
    return duplicate(fd, 0, false);
}

long sys_dup2(long fd, long copy)
{
    if (fd == copy)
        return fd_slot(fd) != NULL ? fd : -EBADF;
    return duplicate_to(fd, copy, false);
}

long sys_dup3(long fd, long copy, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);

    if (fd == copy || (known & ~LINUX_O_CLOEXEC))
        return -EINVAL;
    return duplicate_to(fd, copy, known != 0);
}

long sys_fcntl(long fd, long command, long argument)
{
    struct slot *slot = fd_slot(fd);
    unsigned flags;

    if (slot == NULL)
        return -EBADF;
    switch ((int)command) {
    case LINUX_F_DUPFD:
    case LINUX_F_DUPFD_CLOEXEC:
        return duplicate(fd, (int)argument, command == LINUX_F_DUPFD_CLOEXEC);
    case LINUX_F_GETFD:
        return slot->close_on_exec ? LINUX_FD_CLOEXEC : 0;
    case LINUX_F_SETFD:
        slot->close_on_exec = argument & LINUX_FD_CLOEXEC;
        return 0;
    case LINUX_F_GETFL:
        return (long)slot->file->flags;
    case LINUX_F_SETFL:
        flags = linux_open_flags((unsigned)argument);
        slot->file->flags = (slot->file->flags & ~CHANGEABLE) | (flags & CHANGEABLE);
        return 0;
    /* Record locks keep processes from each other, and there is one process: nothing is ever in the way. */
    case LINUX_F_GETLK:
        ((struct linux_flock_start *)argument)->type = LINUX_F_UNLCK;
        return 0;
    case LINUX_F_SETLK:
    case LINUX_F_SETLKW:
        return 0;
    default:
        return -EINVAL;
    }
}

long sys_ioctl(long fd, long request, long argument)
{
    struct open_file *file = fd_get(fd);
    long result;

    if (file == NULL)
        return -EBADF;
    result = file->ops->control != NULL
                 ? file->ops->control(file, (unsigned long)request & 0xffffffff, (void *)argument)
                 : -ENOTTY;
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
