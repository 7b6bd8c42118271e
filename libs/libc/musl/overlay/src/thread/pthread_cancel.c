/*
 * Cancellation of threads (POSIX.1-2017, XSH 2.9.5), without comparing program counters.
 *
 * A cancellation point is `__cp_enter(n) ? -ECANCELED : __cp_leave(n, sys_name(...))`. Signals are delivered
 * on the way into and out of system calls, and a call that would block while a signal is pending returns
 * -EINTR instead. So a request that arrives after __cp_enter() looked cannot be slept through: the call ends
 * with -EINTR, and __cp_leave() looks again.
 */
#define _GNU_SOURCE
#include <string.h>

#include "pthread_impl.h"
#include "syscall.h"

hidden int __cp_asked(long);
hidden long __cp_done(long, long);

static int refuses(pthread_t self)
{
    return self->canceldisable == PTHREAD_CANCEL_DISABLE;
}

/* Does not return unless cancellation is masked: then this call fails with -ECANCELED, later ones do not. */
static int act(pthread_t self)
{
    if (self->canceldisable == PTHREAD_CANCEL_ENABLE || self->cancelasync)
        pthread_exit(PTHREAD_CANCELED);
    self->canceldisable = PTHREAD_CANCEL_DISABLE;
    return 1;
}

int __cp_asked(long number)
{
    pthread_t self = __pthread_self();

    if (refuses(self) || !self->cancel)
        return 0;
    if (self->canceldisable && number == SYS_close)
        return 0;
    return act(self);
}

long __cp_done(long number, long result)
{
    pthread_t self = __pthread_self();

    /* close() is never undone: by the time that it is interrupted, the descriptor is gone. */
    if (result != -EINTR || number == SYS_close || !self->cancel || refuses(self))
        return result;
    act(self);
    return -ECANCELED;
}

void __testcancel()
{
    pthread_t self = __pthread_self();

    if (self->cancel && !self->canceldisable)
        act(self);
}

/* A deferred request only has to interrupt what blocks; the cancellation point does the rest. */
static void on_request(int sig, siginfo_t *info, void *context)
{
    pthread_t self = __pthread_self();

    if (self->cancel && self->cancelasync && !refuses(self))
        pthread_exit(PTHREAD_CANCELED);
}

static void listen_for_requests(void)
{
    static int done;
    struct sigaction action = {.sa_flags = SA_SIGINFO, .sa_sigaction = on_request};

    if (done)
        return;
    memset(&action.sa_mask, -1, _NSIG / 8);
    __libc_sigaction(SIGCANCEL, &action, 0);
    done = 1;
}

int pthread_cancel(pthread_t thread)
{
    listen_for_requests();
    a_store(&thread->cancel, 1);
    if (thread != pthread_self())
        return pthread_kill(thread, SIGCANCEL);
    if (thread->canceldisable == PTHREAD_CANCEL_ENABLE && thread->cancelasync)
        pthread_exit(PTHREAD_CANCELED);
    return 0;
}
