/* Upstream falls back to older calls on old kernels; here that would only make programs ask for them. */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

#include "syscall.h"

int epoll_create(int size)
{
    return size > 0 ? epoll_create1(0) : __syscall_ret(-EINVAL);
}

int epoll_create1(int flags)
{
    return syscall(SYS_epoll_create1, flags);
}

int epoll_ctl(int fd, int operation, int target, struct epoll_event *event)
{
    return syscall(SYS_epoll_ctl, fd, operation, target, event);
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout, const sigset_t *mask)
{
    return syscall_cp(SYS_epoll_pwait, fd, events, count, timeout, mask, _NSIG / 8);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout)
{
    return epoll_pwait(fd, events, count, timeout, 0);
}
