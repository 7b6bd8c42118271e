#include "threads_parts.h"

#include <config.h>
#include <memory_calls.h>
#include <platform_exit.h>
#ifdef CONFIG_LIB_APPLICATION_END
#include <application_end.h>
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif
#ifdef CONFIG_LIB_SIGNALS
#include <signals_owners.h>
#endif
#ifdef CONFIG_LIB_STUBS
#include <stubs.h>
#endif

long sys_exit(long status);
long sys_exit_group(long status);
_Noreturn void sys_thread_exit(long stack, long size);

/* Who waits for this may give the stack to somebody else: that thread runs only when this one does no more.
 */
static void clear_id(const struct posix_thread *thread)
{
    if (thread->clear_id) {
        const uint32_t *word = (const uint32_t *)thread->clear_id;

        *thread->clear_id = 0; /* from here on its memory may be another's */
        threads_futex_wake(word, 1, UINT32_MAX);
    }
}

/* On another thread: the stack is not in use now. The thread's own memory lies in it. */
static void gone(struct kthread *kernel)
{
    const struct posix_thread *thread = kernel->owner;
#ifdef CONFIG_LIB_SCHED_PARALLEL
    /* Somebody on another processor may look without calling the kernel, and use the stack at once. */
    void *stack = thread->stack;
    size_t size = thread->stack_size;

    clear_id(thread);
    if (stack)
        sys_munmap((long)stack, (long)size);
    return;
#endif

#ifdef CONFIG_LIB_PROCESSES
    processes_thread_gone(thread);
#else
    if (thread->stack)
        sys_munmap((long)thread->stack, (long)thread->stack_size);
#endif
}

_Noreturn void threads_leave(void)
{
    kthread_exit(gone);
}

/* With its last thread the process ends. */
static _Noreturn void end(struct posix_thread *self, int status)
{
#ifdef CONFIG_LIB_PROCESSES
    processes_thread_ends(status);
#else
    if (threads_alive() == 1)
        sys_exit_group(status);
#endif
#ifdef CONFIG_LIB_SIGNALS
    signals_thread_end(&self->signals);
#endif
#ifdef CONFIG_THREADS_PRIORITY_INHERITANCE
    threads_pi_end(self);
#endif
    threads_robust_end(self);
#ifndef CONFIG_LIB_SCHED_PARALLEL
    clear_id(self);
#endif
    threads_remove(self);
    threads_leave();
}

long sys_exit(long status)
{
    end(threads_current(), (int)status);
}

_Noreturn void sys_thread_exit(long stack, long size)
{
    struct posix_thread *self = threads_current();

    self->stack = (void *)stack;
    self->stack_size = (size_t)size;
    end(self, 0);
}

long sys_exit_group(long status)
{
#ifdef CONFIG_LIB_PROCESSES
    if (processes_pid(processes_current()) != 1)
        processes_exit((int)status, 0);
#endif
#ifdef CONFIG_LIB_STUBS
    stubs_report();
#endif
#ifdef CONFIG_THREADS_ACCOUNT
    threads_account_end();
#endif
#ifdef CONFIG_LIB_APPLICATION_END
    application_end();
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
    multiprocessor_stop(); /* nobody crashes any more; who is about to goes first */
#endif
    platform_exit((int)status & 0xff);
}
