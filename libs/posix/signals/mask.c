#include <errno.h>

#include "signals_parts.h"

long sys_rt_sigprocmask(long how, long set, long old, long set_size);
long sys_rt_sigpending(long set, long set_size);

long sys_rt_sigprocmask(long how, long set, long old, long set_size)
{
    linux_sigset before = signals_blocked;

    if (set_size != sizeof(linux_sigset)) {
        return -EINVAL;
    }
    if (set) {
        linux_sigset given = *(const linux_sigset *)set & ~signals_untouchable();

        switch (how) {
        case LINUX_SIG_BLOCK:
            signals_blocked |= given;
            break;
        case LINUX_SIG_UNBLOCK:
            signals_blocked &= ~given;
            break;
        case LINUX_SIG_SETMASK:
            signals_blocked = given;
            break;
        default:
            return -EINVAL;
        }
    }
    if (old) {
        *(linux_sigset *)old = before;
    }
    signals_deliver();
    return 0;
}

long sys_rt_sigpending(long set, long set_size)
{
    if (set_size != sizeof(linux_sigset)) {
        return -EINVAL;
    }
#ifdef CONFIG_LIB_THREADS
    *(linux_sigset *)set = signals_pending | signals_shared;
#else
    *(linux_sigset *)set = signals_pending;
#endif
    return 0;
}
