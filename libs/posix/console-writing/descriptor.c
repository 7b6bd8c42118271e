/*
 * The descriptors 0, 1 and 2 are one terminal, as they are where a shell has started a program. They are
 * always open: closing one changes nothing.
 */
#include "descriptor.h"

#include <errno.h>
#include <linux_io.h>

long sys_close(long fd);
long sys_fcntl(long fd, long command, long argument);
long sys_ioctl(long fd, long request, long argument);
long sys_lseek(long fd, long offset, long whence);

long sys_close(long fd)
{
    return is_console(fd) ? 0 : -EBADF;
}

long sys_fcntl(long fd, long command, long argument)
{
    (void)argument;
    if (!is_console(fd)) {
        return -EBADF;
    }
    switch (command) {
    case LINUX_F_GETFL:
        return LINUX_O_RDWR;
    case LINUX_F_GETFD:
    case LINUX_F_SETFD: /* nothing is ever executed in the application's place */
    case LINUX_F_SETFL:
        return 0;
    default:
        return -EINVAL;
    }
}

/* A terminal of unknown size: what Linux says of a serial line. */
long sys_ioctl(long fd, long request, long argument)
{
    if (!is_console(fd)) {
        return -EBADF;
    }
    if ((unsigned)request != LINUX_TIOCGWINSZ) {
        return -ENOTTY;
    }
    *(struct linux_winsize *)argument = (struct linux_winsize){0};
    return 0;
}

long sys_lseek(long fd, long offset, long whence)
{
    (void)offset, (void)whence;
    return is_console(fd) ? -ESPIPE : -EBADF;
}
