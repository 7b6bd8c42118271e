#include "signals_parts.h"

#include <errno.h>
#include <kernel_guard.h>
#include <stddef.h>
#ifdef CONFIG_LIB_WAIT
#include <wait_queue.h>
#endif

long sys_kill(long process, long signal);
long sys_tkill(long thread, long signal);
long sys_tgkill(long process, long thread, long signal);
long sys_rt_sigqueueinfo(long process, long signal, long info);
long sys_rt_tgsigqueueinfo(long process, long thread, long signal, long info);

struct signal_set signals_shared;

static linux_sigset stopping(void)
{
    return signals_bit(LINUX_SIGSTOP) | signals_bit(LINUX_SIGTSTP) | signals_bit(LINUX_SIGTTIN) |
           signals_bit(LINUX_SIGTTOU);
}

static bool wants(const struct signal_state *state, int signal)
{
    return ((~state->blocked | state->awaited) & signals_bit(signal)) != 0;
}

/* NULL: all block it. The one who sends it comes first, then the first thread, on which programs do much. */
static struct signal_state *choose(struct signal_state *caller, int signal)
{
    struct signal_state *state = caller && wants(caller, signal) ? caller : signals_of(signals_process());

    if (state && wants(state, signal))
        return state;
    for (state = signals_first(); state && !wants(state, signal);)
        state = signals_after(state);
    return state;
}

/* The thread has a signal that it does not block, or that it waits for. */
static void tell(struct signal_state *state, int signal)
{
    if (!(state->awaited & signals_bit(signal)))
        signals_mark(state);
#ifdef CONFIG_LIB_WAIT
    else if (state->waiting)
        wait_wake(state->waiting, 1);
#endif
}

/* POSIX.1-2017, XSH 2.4.3: what stops the process and what continues it cancel each other. */
static void cancel(linux_sigset opposite)
{
    signals_drop(&signals_shared, opposite);
    for (struct signal_state *state = signals_first(); state; state = signals_after(state))
        signals_drop(&state->pending, opposite);
}

int signals_send(struct signal_state *target, struct signal_state *caller, const struct linux_siginfo *info,
                 struct signal_entry *entry)
{
    int signal = info->signal, error;
    struct signal_state *receiver = target ? target : choose(caller, signal);
    linux_sigset bit = signals_bit(signal);

    if (signal == LINUX_SIGCONT)
        cancel(stopping());
    else if (stopping() & bit)
        cancel(signals_bit(LINUX_SIGCONT));
    if (receiver && signals_ignored(signal) && !((receiver->blocked | receiver->awaited) & bit))
        return 0;
    error = signals_add(target ? &target->pending : &signals_shared, info, entry);
    if (error)
        return error;
    signals_notify(signal);
    if (receiver && wants(receiver, signal))
        tell(receiver, signal);
    return 0;
}

void signals_pass_on(const struct signal_state *state, linux_sigset signals)
{
    for (linux_sigset left = signals_shared.signals & signals; left; left &= left - 1) {
        int signal = __builtin_ctzll(left) + 1;
        struct signal_state *other = choose(NULL, signal);

        if (other && other != state)
            tell(other, signal);
    }
}

long signals_send_own(const struct linux_siginfo *info)
{
    struct signal_state *self = signals_running();
    long error;

    if (info->signal == 0)
        return 0; /* asks only whether the receiver is there */
    error = signals_send(NULL, self, info, NULL);
    if (self)
        signals_attend(self);
    return error;
}

static long to_process(long process, const struct linux_siginfo *info)
{
    if (info->signal != 0 && !signals_valid(info->signal))
        return -EINVAL;
    return signals_send_to(process, info);
}

static long to_thread(long id, const struct linux_siginfo *info)
{
    struct signal_state *target;
    long error;

    if (id <= 0 || info->signal < 0 || info->signal > LINUX_SIGNALS)
        return -EINVAL;
    target = signals_of(id);
    if (!target)
        return -ESRCH;
    if (info->signal == 0)
        return 0;
    error = signals_send(target, NULL, info, NULL);
    signals_attend(signals_own_state());
    return error;
}

static struct linux_siginfo from_user(long signal, int code)
{
    return (struct linux_siginfo){.signal = (int32_t)signal, .code = code, .process = signals_process()};
}

long sys_kill(long process, long signal)
{
    struct linux_siginfo info = from_user(signal, LINUX_SI_USER);

    return to_process(process, &info);
}

long sys_tkill(long id, long signal)
{
    struct linux_siginfo info = from_user(signal, LINUX_SI_TKILL);

    return to_thread(id, &info);
}

long sys_tgkill(long process, long id, long signal)
{
    return process <= 0 ? -EINVAL : process != signals_process() ? -ESRCH : sys_tkill(id, signal);
}

long sys_rt_sigqueueinfo(long process, long signal, long given)
{
    struct linux_siginfo info = *(const struct linux_siginfo *)given;

    info.signal = (int32_t)signal;
    return to_process(process, &info);
}

long sys_rt_tgsigqueueinfo(long process, long id, long signal, long given)
{
    struct linux_siginfo info = *(const struct linux_siginfo *)given;

    info.signal = (int32_t)signal;
    return process <= 0 ? -EINVAL : process != signals_process() ? -ESRCH : to_thread(id, &info);
}

void signals_send_current(int signal)
{
    struct linux_siginfo info = from_user(signal, LINUX_SI_USER);
    struct signal_state *self = signals_own_state();

    signals_send(self, NULL, &info, NULL);
    signals_attend(self);
}

int signals_send_process(const struct linux_siginfo *info)
{
    return signals_send(NULL, NULL, info, NULL);
}

bool signals_thread_exists(long id)
{
    return signals_of(id) != NULL;
}

bool signals_send_entry(struct signal_entry *entry, long thread, const struct linux_siginfo *info)
{
    struct signal_state *target = thread ? signals_of(thread) : NULL;

    if (entry->signal)
        return false;
    if (!thread || target)
        signals_send(target, NULL, info, entry);
    return true;
}
