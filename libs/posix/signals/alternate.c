#include "signals_parts.h"

#include <errno.h>
#include <stddef.h>

long sys_sigaltstack(long stack, long old);

bool signals_on_alternate(const struct signal_state *state, uintptr_t address)
{
    return !(state->alternate.flags & LINUX_SS_AUTODISARM) &&
           address - state->alternate.start <= state->alternate.size && state->alternate.size;
}

uintptr_t signals_stack_for(const struct signal_state *state, const struct linux_sigaction *action,
                            uintptr_t address)
{
    bool use =
        (action->flags & LINUX_SA_ONSTACK) && state->alternate.size && !signals_on_alternate(state, address);

    return use ? state->alternate.start + state->alternate.size : 0;
}

struct linux_stack signals_alternate(const struct signal_state *state, uintptr_t address)
{
    struct linux_stack stack = state->alternate;

    if (!stack.size)
        stack.flags |= LINUX_SS_DISABLE;
    else if (signals_on_alternate(state, address))
        stack.flags |= LINUX_SS_ONSTACK;
    return stack;
}

long sys_sigaltstack(long stack, long old)
{
    struct signal_state *self = signals_own_state();
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    struct linux_stack before = signals_alternate(self, here);

    if (stack) {
        struct linux_stack new = *(const struct linux_stack *)stack;
        int mode = new.flags & ~LINUX_SS_AUTODISARM;

        if (signals_on_alternate(self, here))
            return -EPERM;
        if (mode != 0 && mode != LINUX_SS_DISABLE && mode != LINUX_SS_ONSTACK)
            return -EINVAL;
        if (mode == LINUX_SS_DISABLE)
            new = (struct linux_stack){.flags = new.flags &LINUX_SS_AUTODISARM};
        else if (new.size < LINUX_MINSIGSTKSZ)
            return -ENOMEM;
        new.flags &= LINUX_SS_AUTODISARM;
        self->alternate = new;
    }
    if (old)
        *(struct linux_stack *)old = before;
    return 0;
}
