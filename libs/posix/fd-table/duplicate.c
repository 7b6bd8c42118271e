/*
 * Copies of descriptors, and fcntl(2), which makes some.
 */
#include "slots.h"

#define CHANGEABLE (LINUX_O_APPEND | LINUX_O_NONBLOCK) /* by F_SETFL */

long sys_dup(long fd);
long sys_dup2(long fd, long copy);
long sys_dup3(long fd, long copy, long flags);
long sys_fcntl(long fd, long command, long argument);

static long duplicate(long fd, long lowest, bool close_on_exec)
{
    struct open_file *file = fd_get(fd);
    long copy;

    if (file == NULL)
        return -EBADF;
    copy = lowest < 0 || lowest >= fd_slots.limit ? -EINVAL : fd_reserve((unsigned)lowest, close_on_exec);
    if (copy < 0)
        fd_put(file);
    else
        fd_fill(copy, file);
    return copy;
}

static long duplicate_to(long fd, long copy, bool close_on_exec)
{
    struct open_file *file, *replaced;
    long reserved;

    if (copy < 0 || copy >= fd_slots.limit)
        return -EBADF;
    file = fd_get(fd);
    if (file == NULL)
        return -EBADF;
    reserved = fd_reserve_exactly((unsigned)copy, close_on_exec, &replaced);
    if (reserved < 0) {
        fd_put(file);
        return reserved;
    }
    fd_fill(copy, file);
    if (replaced != NULL)
        fd_give_up(replaced);
    return reserved;
}

long sys_dup(long fd)
{
    return duplicate(fd, 0, false);
}

long sys_dup2(long fd, long copy)
{
    if (fd == copy)
        return fd_find(fd) != NULL ? fd : -EBADF;
    return duplicate_to(fd, copy, false);
}

long sys_dup3(long fd, long copy, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);

    if (fd == copy || (known & ~LINUX_O_CLOEXEC))
        return -EINVAL;
    return duplicate_to(fd, copy, known != 0);
}

#ifndef CONFIG_LIB_RECORD_LOCKS
/*
 * Record locks keep processes from each other. Where there is one process, nothing is ever in the way; what
 * is asked for must make sense, though.
 */
static long lock(const struct open_file *file, long command, struct linux_flock *lock)
{
    unsigned access = file->flags & LINUX_O_ACCMODE;

    if (lock->type != LINUX_F_RDLCK && lock->type != LINUX_F_WRLCK && lock->type != LINUX_F_UNLCK)
        return -EINVAL;
    if (lock->whence < LINUX_SEEK_SET || lock->whence > LINUX_SEEK_END)
        return -EINVAL;
    if (command == LINUX_F_GETLK) {
        if (lock->type == LINUX_F_UNLCK)
            return -EINVAL;
        lock->type = LINUX_F_UNLCK;
        return 0;
    }
    if ((lock->type == LINUX_F_RDLCK && access == LINUX_O_WRONLY) ||
        (lock->type == LINUX_F_WRLCK && access == LINUX_O_RDONLY))
        return -EBADF;
    return 0;
}
#endif

static long pipe_size(struct open_file *file, unsigned long request, long size)
{
    long result = file->ops->control != NULL ? file->ops->control(file, request, &size) : -EBADF;

    return result == -ENOTTY ? -EBADF : result < 0 ? result : size;
}

static long control(struct open_file *file, long fd, int command, long argument)
{
    unsigned flags;

    switch (command) {
    case LINUX_F_DUPFD:
    case LINUX_F_DUPFD_CLOEXEC:
        return duplicate(fd, (int)argument, command == LINUX_F_DUPFD_CLOEXEC);
    case LINUX_F_GETFD:
        return fd_bit(fd_slots.close_on_exec, (unsigned)fd) ? LINUX_FD_CLOEXEC : 0;
    case LINUX_F_SETFD:
        fd_set_bit(fd_slots.close_on_exec, (unsigned)fd, argument & LINUX_FD_CLOEXEC);
        return 0;
    case LINUX_F_GETFL:
        return (long)file->flags;
    default:
        break;
    }
    if (file->flags & LINUX_O_PATH)
        return -EBADF; /* as fs/fcntl.c of Linux, check_fcntl_cmd() */
    switch (command) {
    case LINUX_F_SETFL:
        flags = linux_open_flags((unsigned)argument);
        file->flags = (file->flags & ~CHANGEABLE) | (flags & CHANGEABLE);
        return 0;
    case LINUX_F_GETLK:
    case LINUX_F_SETLK:
    case LINUX_F_SETLKW:
#ifdef CONFIG_LIB_RECORD_LOCKS
    case LINUX_F_OFD_GETLK:
    case LINUX_F_OFD_SETLK:
    case LINUX_F_OFD_SETLKW:
        return record_locks_control(file, fd, command, (struct linux_flock *)argument);
#else
        return lock(file, command, (struct linux_flock *)argument);
#endif
    case LINUX_F_SETOWN: /* nothing sends SIGIO or SIGURG: whom it would go to makes no difference */
        return 0;
    case LINUX_F_GETOWN:
        return 0;
    case LINUX_F_GETPIPE_SZ:
        return pipe_size(file, FD_GET_PIPE_SIZE, 0);
    case LINUX_F_SETPIPE_SZ:
        return pipe_size(file, FD_SET_PIPE_SIZE, argument);
    default:
        return -EINVAL;
    }
}

long sys_fcntl(long fd, long command, long argument)
{
    struct open_file *file = fd_get(fd);
    long result;

    if (file == NULL)
        return -EBADF;
    result = control(file, fd, (int)command, argument);
    fd_put(file);
#ifdef CONFIG_LIB_RECORD_LOCKS
    if (fd_restart(result)) /* it waited for a lock */
        return sys_fcntl(fd, command, argument);
#endif
    return result;
}
