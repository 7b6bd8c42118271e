#include "signals_parts.h"

#include <errno.h>

long sys_rt_sigprocmask(long how, long set, long old, long set_size);
long sys_rt_sigpending(long set, long set_size);

static void change(struct signal_state *self, linux_sigset blocked)
{
    linux_sigset newly = blocked & ~self->blocked;

    self->blocked = blocked;
    if (signals_shared.signals & newly)
        signals_pass_on(self, newly);
    signals_attend(self);
}

long sys_rt_sigprocmask(long how, long set, long old, long set_size)
{
    struct signal_state *self = signals_own_state();
    linux_sigset before = self->blocked;

    if (set_size != sizeof(linux_sigset))
        return -EINVAL;
    if (set) {
        linux_sigset given = *(const linux_sigset *)set & ~signals_untouchable();

        switch (how) {
        case LINUX_SIG_BLOCK:
            given |= before;
            break;
        case LINUX_SIG_UNBLOCK:
            given = before & ~given;
            break;
        case LINUX_SIG_SETMASK:
            break;
        default:
            return -EINVAL;
        }
        if (old)
            *(linux_sigset *)old = before;
        change(self, given);
    } else if (old) {
        *(linux_sigset *)old = before;
    }
    return 0;
}

long sys_rt_sigpending(long set, long set_size)
{
    const struct signal_state *self = signals_own_state();

    if (set_size != sizeof(linux_sigset))
        return -EINVAL;
    *(linux_sigset *)set = (self->pending.signals | signals_shared.signals) & self->blocked;
    return 0;
}

void signals_mask_begin(linux_sigset mask)
{
    struct signal_state *self = signals_own_state();

    self->before = self->blocked;
    self->masked = true;
    self->blocked = mask & ~signals_untouchable();
    if (signals_ready(self))
        signals_mark(self);
}

/* After -EINTR the handlers see to the mask. */
void signals_mask_end(int outcome)
{
    struct signal_state *self = signals_own_state();

    if (outcome == -EINTR && signals_ready(self)) {
        signals_interrupted();
    } else if (self->masked) {
        self->masked = false;
        change(self, self->before);
    }
}
