#include "signals_parts.h"

#include <errno.h>
#include <stddef.h>

long sys_rt_sigaction(long signal, long action, long old, long set_size);

#ifdef CONFIG_LIB_PROCESSES
static struct linux_sigaction first_actions[LINUX_SIGNALS + 1];
struct linux_sigaction *signals_actions = first_actions;
#else
struct linux_sigaction signals_actions[LINUX_SIGNALS + 1];
#endif

static linux_sigset ignored_by_default(void)
{
    return signals_bit(LINUX_SIGCHLD) | signals_bit(LINUX_SIGCONT) | signals_bit(LINUX_SIGURG) |
           signals_bit(LINUX_SIGWINCH) | signals_bit(LINUX_SIGSTOP) | signals_bit(LINUX_SIGTSTP) |
           signals_bit(LINUX_SIGTTIN) | signals_bit(LINUX_SIGTTOU);
}

bool signals_ignored(int signal)
{
    uintptr_t handler = signals_actions[signal].handler;

    return handler == LINUX_SIG_IGN ||
           (handler == LINUX_SIG_DFL && (ignored_by_default() & signals_bit(signal)));
}

long sys_rt_sigaction(long signal, long action, long old, long set_size)
{
    if (set_size != sizeof(linux_sigset) || !signals_valid(signal) ||
        (action && (signals_untouchable() & signals_bit(signal))))
        return -EINVAL;
    /* Both may be the same memory. */
    struct linux_sigaction before = signals_actions[signal];

    if (action) {
        signals_actions[signal] = *(const struct linux_sigaction *)action;
        signals_actions[signal].mask &= ~signals_untouchable();
        if (signals_ignored((int)signal)) { /* POSIX.1-2017, XSH 2.4.3 */
            signals_drop(&signals_shared, signals_bit(signal));
            for (struct signal_state *state = signals_first(); state; state = signals_after(state))
                signals_drop(&state->pending, signals_bit(signal));
        }
    }
    if (old)
        *(struct linux_sigaction *)old = before;
    return 0;
}
