/*
 * Starts a thread: libs/posix/threads/include/thread_start.h says how. A child that shares its parent's
 * memory and keeps it waiting, as posix_spawn() wants it, is vfork()'s: it runs on the parent's stack, not on
 * the one given. Any other process would need an address space of its own.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "pthread_impl.h"
#include <errno.h>
#include <sched.h>
#include <stdarg.h>

struct thread_start {
    int (*function)(void *);
    void *stack;
    long flags;
    void *argument;
    int *parent_tid;
    void *thread_pointer;
    int *child_tid;
};

hidden long sys_thread_start(const struct thread_start *);

static int start_process(int (*func)(void *), int flags, void *arg)
{
    int saved = errno;
    pid_t child;

    if ((flags & (CLONE_VM | CLONE_VFORK)) != (CLONE_VM | CLONE_VFORK))
        return -ENOSYS;
    child = vfork();
    if (child == 0)
        _exit(func(arg));
    if (child < 0) {
        child = -errno;
        errno = saved;
    }
    return child;
}

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
    struct thread_start start = {.function = func, .stack = stack, .flags = flags, .argument = arg};
    va_list more;

    /* Callers that want a process do not pass the other arguments. */
    if (!(flags & CLONE_THREAD))
        return start_process(func, flags, arg);

    va_start(more, arg);
    start.parent_tid = va_arg(more, int *);
    start.thread_pointer = va_arg(more, void *);
    start.child_tid = va_arg(more, int *);
    va_end(more);
    return sys_thread_start(&start);
}
