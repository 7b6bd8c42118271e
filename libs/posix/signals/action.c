#include <errno.h>
#include <stddef.h>

#include "signals_parts.h"

long sys_rt_sigaction(long signal, long action, long old, long set_size);
long sys_sigaltstack(long stack, long old);

static struct linux_stack alternate = {.flags = LINUX_SS_DISABLE};

long sys_rt_sigaction(long signal, long action, long old, long set_size)
{
    if (set_size != sizeof(linux_sigset) || !signal_valid(signal) ||
        (action && signals_untouchable() & signal_bit(signal))) {
        return -EINVAL;
    }
    /* Both may be the same memory. */
    struct linux_sigaction before = signal_actions[signal];

    if (action) {
        signal_actions[signal] = *(const struct linux_sigaction *)action;
        if (signal_actions[signal].handler == LINUX_SIG_IGN) {
            signals_pending &= ~signal_bit(signal); /* POSIX.1-2017, XSH 2.4.3 */
        }
    }
    if (old) {
        *(struct linux_sigaction *)old = before;
    }
    return 0;
}

/* Remembered for who asks. Handlers stay on the stack of their caller, which has not overflowed. */
long sys_sigaltstack(long stack, long old)
{
    struct linux_stack before = alternate;

    if (stack) {
        alternate = *(const struct linux_stack *)stack;
    }
    if (old) {
        *(struct linux_stack *)old = before;
    }
    return 0;
}
