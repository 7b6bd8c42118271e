#include <config.h>
#include <kernel_guard.h>
#include <platform_exit.h>
#include <stdint.h>

#ifdef CONFIG_LIB_STUBS
#include <stubs.h>
#endif

#include "signals_parts.h"

#define EXIT_SIGNALLED 128 /* what a shell adds to the number of the signal that ended a program */

/*
 * What a handler with SA_SIGINFO gets as its third argument. Its parts describe an interrupted computation;
 * here nothing was interrupted but a function call, so all of it is zero. Large enough for any ucontext_t
 * without vector registers.
 */
struct no_context {
    uint64_t words[128];
};

struct linux_sigaction signal_actions[LINUX_SIGNALS + 1];
#ifdef CONFIG_LIB_THREADS
linux_sigset signals_shared;
#else
linux_sigset signals_blocked;
linux_sigset signals_pending;
#endif

static linux_sigset ignored_by_default(void)
{
    return signal_bit(LINUX_SIGCHLD) | signal_bit(LINUX_SIGCONT) | signal_bit(LINUX_SIGURG) |
           signal_bit(LINUX_SIGWINCH) | signal_bit(LINUX_SIGSTOP) | signal_bit(LINUX_SIGTSTP) |
           signal_bit(LINUX_SIGTTIN) | signal_bit(LINUX_SIGTTOU);
}

bool signals_ignored(int signal)
{
    uintptr_t handler = signal_actions[signal].handler;

    return handler == LINUX_SIG_IGN ||
           (handler == LINUX_SIG_DFL && (ignored_by_default() & signal_bit(signal)));
}

static void call(const struct linux_sigaction *action, int signal)
{
    if (action->flags & LINUX_SA_SIGINFO) {
        void (*handler)(int, struct linux_siginfo *, struct no_context *) = (void *)action->handler;
        struct linux_siginfo info = {.signal = signal, .code = LINUX_SI_USER, .process = 1};
        struct no_context context = {0};

        handler(signal, &info, &context);
    } else {
        void (*handler)(int) = (void *)action->handler;

        handler(signal);
    }
}

static void handle(int signal)
{
    struct linux_sigaction action = signal_actions[signal];
    linux_sigset blocked = signals_blocked;

    if (action.handler == LINUX_SIG_IGN) {
        return;
    }
    if (action.handler == LINUX_SIG_DFL) {
        if (!(ignored_by_default() & signal_bit(signal))) {
#ifdef CONFIG_LIB_STUBS
            stubs_report(); /* a missing call may be why */
#endif
            platform_exit(EXIT_SIGNALLED + signal);
        }
        return;
    }
    if (action.flags & LINUX_SA_RESETHAND) {
        signal_actions[signal].handler = LINUX_SIG_DFL;
    }
    signals_blocked |= action.mask & ~signals_untouchable();
    if (!(action.flags & LINUX_SA_NODEFER)) {
        signals_blocked |= signal_bit(signal);
    }
#ifdef CONFIG_LIB_KERNEL_GUARD
    unsigned depth = kernel_guard_open();
    call(&action, signal);
    kernel_guard_close(depth);
#else
    call(&action, signal);
#endif
    signals_blocked = blocked;
}

#ifdef CONFIG_LIB_THREADS
static int take(void)
{
    struct posix_thread *self = threads_current();
    linux_sigset own = self->pending & ~self->blocked, ready = own ? own : signals_shared & ~self->blocked;

    if (!ready) {
        return 0;
    }
    if (own) {
        self->pending &= ~(ready & -ready);
    } else {
        signals_shared &= ~(ready & -ready);
    }
    return __builtin_ctzll(ready) + 1;
}
#else
static int take(void)
{
    linux_sigset ready = signals_pending & ~signals_blocked;

    signals_pending &= ~(ready & -ready);
    return ready ? __builtin_ctzll(ready) + 1 : 0;
}
#endif

void signals_deliver(void)
{
    int signal;

#ifdef CONFIG_LIB_THREADS
    kthread_uninterrupt(kthread_current());
#endif
    while ((signal = take())) {
        handle(signal);
    }
}
