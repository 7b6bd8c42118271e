/* Signals to threads: to one, or to whichever of the process does not block it. */
#include <errno.h>
#include <kthread.h>

#include "signals_parts.h"

#define ONLY 1 /* the process, and its group */

long sys_kill(long process, long signal);
long sys_tkill(long thread, long signal);
long sys_tgkill(long process, long thread, long signal);

/* The thread has a signal that it does not block: a wait ends, and on its way out of the kernel it calls the
 * handler. */
static void tell(struct posix_thread *thread)
{
    if (thread == threads_current()) {
        signals_deliver();
        return;
    }
    thread->kernel->deliver = signals_deliver;
    kthread_interrupt(thread->kernel);
}

/* One that does not block the signal, preferably the calling one; NULL: all do. */
static struct posix_thread *choose(int signal)
{
    struct posix_thread *self = threads_current();

    if (!(self->blocked & signal_bit(signal))) {
        return self;
    }
    for (struct kthread *kernel = kthread_first; kernel; kernel = kernel->all_next) {
        struct posix_thread *thread = kernel->owner;

        if (thread && thread->kernel == kernel && !(thread->blocked & signal_bit(signal))) {
            return thread;
        }
    }
    return NULL;
}

long sys_kill(long process, long signal)
{
    struct posix_thread *thread;

    if (process != ONLY && process != 0) {
        return -ESRCH; /* -1 would be everybody else, and there is nobody */
    }
    if (signal == 0) {
        return 0;
    }
    if (!signal_valid(signal)) {
        return -EINVAL;
    }
    thread = choose((int)signal);
    if (thread && signals_ignored((int)signal)) {
        return 0;
    }
    signals_shared |= signal_bit(signal);
    if (thread) {
        tell(thread);
    }
    return 0;
}

long sys_tkill(long id, long signal)
{
    struct posix_thread *thread;

    if (id <= 0 || signal < 0 || signal > LINUX_SIGNALS) {
        return -EINVAL;
    }
    thread = threads_find((int)id);
    if (!thread) {
        return -ESRCH;
    }
    if (signal == 0) {
        return 0;
    }
    bool blocked = thread->blocked & signal_bit(signal);
    if (blocked || !signals_ignored((int)signal)) {
        thread->pending |= signal_bit(signal);
        if (!blocked) {
            tell(thread);
        }
    }
    return 0;
}

long sys_tgkill(long process, long id, long signal)
{
    return process <= 0 ? -EINVAL : process != ONLY ? -ESRCH : sys_tkill(id, signal);
}
