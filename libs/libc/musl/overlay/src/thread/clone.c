/*
 * Starts a thread. clone() as Linux defines it returns twice, which no function can; instead
 *
 *     long sys_thread_start(int (*func)(void *), void *stack, long flags, void *arg,
 *                           int *parent_tid, void *thread_pointer, int *child_tid);
 *
 * makes a thread that calls func(arg) on the stack that ends at `stack`, and ends, as if by sys_exit(), with
 * its result. The flags and the last three arguments mean what clone(2) says. It returns the new thread's id
 * or a negated errno. Only threads can be had: an image is one process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>

#include "pthread_impl.h"

hidden long sys_thread_start(int (*)(void *), void *, long, void *, int *, void *, int *);

int __clone(int (*func)(void *), void *stack, int flags, void *arg, ...)
{
    va_list more;
    int *parent_tid, *child_tid;
    void *thread_pointer;

    /* Callers that want a process do not pass the other arguments. */
    if (!(flags & CLONE_THREAD))
        return -ENOSYS;

    va_start(more, arg);
    parent_tid = va_arg(more, int *);
    thread_pointer = va_arg(more, void *);
    child_tid = va_arg(more, int *);
    va_end(more);
    return sys_thread_start(func, stack, flags, arg, parent_tid, thread_pointer, child_tid);
}
