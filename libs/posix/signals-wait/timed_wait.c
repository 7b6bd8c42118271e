#include <clock.h>
#include <errno.h>
#include <linux_signal.h>
#include <linux_time.h>
#include <signals.h>
#include <signals_owners.h>
#include <wait_queue.h>

long sys_rt_sigtimedwait(long set, long information, long timeout, long set_size);

/* Signals of the set go to the one who waits for them, even those that it does not block. */
static int wait(linux_sigset set, uint64_t deadline, struct linux_siginfo *info)
{
    struct signal_state *self = signals_own_state();
    struct wait_queue queue = {0};
    int signal, error = 0;

    self->awaited = set;
    self->waiting = &queue;
    while (!(signal = signals_take(set, info)) && !error)
        error = wait_until(&queue, deadline, true);
    self->awaited = 0;
    self->waiting = 0;
    return signal ? signal : error;
}

long sys_rt_sigtimedwait(long set, long information, long timeout, long set_size)
{
    const struct linux_timespec *time = (const struct linux_timespec *)timeout;
    struct linux_siginfo info;
    uint64_t deadline = WAIT_FOR_EVER;
    int signal;

    if (set_size != sizeof(linux_sigset))
        return -EINVAL;
    if (time) {
        if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS)
            return -EINVAL;
        if (__builtin_add_overflow(clock_monotonic(), linux_timespec_nanoseconds(time), &deadline))
            deadline = WAIT_FOR_EVER;
    }
    signal = wait(*(const linux_sigset *)set &
                      ~((linux_sigset)1 << (LINUX_SIGKILL - 1) | (linux_sigset)1 << (LINUX_SIGSTOP - 1)),
                  deadline, &info);
    if (signal == -ETIMEDOUT)
        return -EAGAIN;
    if (signal == -EINTR)
        signals_interrupted();
    if (signal > 0 && information)
        *(struct linux_siginfo *)information = info;
    return signal;
}
