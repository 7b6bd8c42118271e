/*
 * Starts a thread: libs/posix/threads/include/thread_start.h says how. Only threads can be had: an image is
 * one process.
 */
#define _GNU_SOURCE
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

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
    struct thread_start start = {.function = func, .stack = stack, .flags = flags, .argument = arg};
    va_list more;

    /* Callers that want a process do not pass the other arguments. */
    if (!(flags & CLONE_THREAD))
        return -ENOSYS;

    va_start(more, arg);
    start.parent_tid = va_arg(more, int *);
    start.thread_pointer = va_arg(more, void *);
    start.child_tid = va_arg(more, int *);
    va_end(more);
    return sys_thread_start(&start);
}
