#include "signals_parts.h"

#include <errno.h>
#include <kernel_guard.h>
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif

static bool next(struct signal_state *self, struct linux_siginfo *info)
{
    linux_sigset ready = signals_ready(self);
    int signal;

    if (!ready)
        return false;
    signal = __builtin_ctzll(ready) + 1;
    signals_remove(self->pending.signals & signals_bit(signal) ? &self->pending : &signals_shared, signal,
                   info);
    return true;
}

/* The mask for the handler, and in the context the one after it. */
static void begin(struct signal_state *self, const struct linux_sigaction *action, int signal,
                  struct signal_context *context, uintptr_t here)
{
    *signal_context_mask(context) = self->masked ? self->before : self->blocked;
    *signal_context_stack(context) = signals_alternate(self, here);
    self->masked = false;
    self->blocked |= action->mask;
    if (!(action->flags & LINUX_SA_NODEFER))
        self->blocked |= signals_bit(signal);
    if (action->flags & LINUX_SA_RESETHAND)
        signals_actions[signal].handler = LINUX_SIG_DFL;
    if (self->alternate.flags & LINUX_SS_AUTODISARM)
        self->alternate = (struct linux_stack){0};
}

static void end(struct signal_state *self, struct signal_context *context)
{
    const struct linux_stack *stack = signal_context_stack(context);

    self->blocked = *signal_context_mask(context) & ~signals_untouchable();
    if ((stack->flags & LINUX_SS_AUTODISARM) && !(stack->flags & LINUX_SS_DISABLE)) {
        self->alternate = *stack;
        self->alternate.flags = LINUX_SS_AUTODISARM;
    }
}

/* The handler runs as the application: outside the guard, and it need not come back. */
static void call(struct signal_state *self, struct linux_siginfo *info, struct signal_context *context,
                 bool captured)
{
    struct linux_sigaction action = signals_actions[info->signal];
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t stack = signals_stack_for(self, &action, here);

    begin(self, &action, info->signal, context, here);
#ifdef CONFIG_LIB_KERNEL_GUARD
    unsigned depth = kernel_guard_open();
#endif
    if (!captured || !signal_context_capture(context)) {
        signal_context_call(stack, action.handler, info->signal, info, context);
        if (captured)
            signal_context_resume(context);
    }
#ifdef CONFIG_LIB_KERNEL_GUARD
    kernel_guard_close(depth);
#endif
    end(self, context);
}

static void call_here(struct signal_state *self, struct linux_siginfo *info)
{
    char memory[signal_context_size()];

    call(self, info, signal_context_place(memory), true);
}

unsigned signals_handle(struct signal_state *self, struct linux_siginfo *info,
                        struct signal_context *interrupted)
{
    const struct linux_sigaction *action = &signals_actions[info->signal];
    bool restart = action->flags & LINUX_SA_RESTART;

    if (signals_ignored(info->signal))
        return 0;
    if (action->handler == LINUX_SIG_DFL)
        signals_end(info);
    if (interrupted)
        call(self, info, interrupted, false);
    else
        call_here(self, info);
    return restart ? 1 : 1 | SIGNALS_NO_RESTART;
}

/* All that another mask for one call lets through is handled, each with the thread's own mask to come back
 * to. */
unsigned signals_run(struct signal_context *interrupted)
{
    struct signal_state *self = signals_own_state();
    linux_sigset mask = self->blocked;
    bool masked = self->masked;
    struct linux_siginfo info;
    unsigned handled = 0;

#ifdef CONFIG_LIB_PROCESSES
    processes_attend();
#endif
    for (;;) {
        signals_unmark();
        while (next(self, &info)) {
            unsigned one = signals_handle(self, &info, interrupted);

            handled = (handled + (one & 1)) | (one & SIGNALS_NO_RESTART);
            if (masked && !self->masked) {
                self->before = self->blocked;
                self->blocked = mask;
                self->masked = true;
            }
        }
        if (!masked)
            return handled;
        self->blocked = self->before;
        self->masked = masked = false;
    }
}

void signals_deliver(struct signal_context *interrupted)
{
    signals_run(interrupted);
}

void signals_attend(struct signal_state *self)
{
    if (!signals_ready(self))
        return;
#ifdef CONFIG_LIB_KERNEL_GUARD
    signals_mark(self);
#else
    signals_run(NULL);
#endif
}

bool signals_restart(void)
{
    return !(signals_run(NULL) & SIGNALS_NO_RESTART);
}

bool signals_handled(void)
{
    return signals_run(NULL) != 0;
}

void signals_interrupted(void)
{
#ifndef CONFIG_LIB_KERNEL_GUARD
    signals_run(NULL);
#endif
}
