#include <errno.h>

#include "signals_parts.h"

#define ONLY 1 /* the process, its group and its thread */

long sys_kill(long process, long signal);
long sys_tkill(long thread, long signal);
long sys_tgkill(long process, long thread, long signal);

static long send(long signal)
{
    if (signal == 0) { /* asks only whether the receiver is there */
        return 0;
    }
    if (!signal_valid(signal)) {
        return -EINVAL;
    }
    if (signal_actions[signal].handler != LINUX_SIG_IGN) {
        signals_pending |= signal_bit(signal);
    }
    signals_deliver();
    return 0;
}

/* 0 is the own group, a negative number a group; -1 would be everybody else, and there is nobody. */
long sys_kill(long process, long signal)
{
    return process == ONLY || process == 0 ? send(signal) : -ESRCH;
}

long sys_tkill(long thread, long signal)
{
    return thread == ONLY ? send(signal) : thread > 0 ? -ESRCH : -EINVAL;
}

long sys_tgkill(long process, long thread, long signal)
{
    if (process <= 0 || thread <= 0) {
        return -EINVAL;
    }
    return process == ONLY && thread == ONLY ? send(signal) : -ESRCH;
}
