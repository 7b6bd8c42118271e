/* Exceptions of the application (interface fault.signal). Those of the kernel are its own fault: they are
 * reported. */
#include "signals_parts.h"

#include <fault_signal.h>
#include <kernel_guard.h>

#define FIRST 1

uintptr_t fault_signal_stack(const struct fault *fault)
{
    const struct linux_sigaction *action = &signals_actions[fault->signal];
    const struct signal_state *self = signals_running();
    uintptr_t stack;

#ifdef CONFIG_LIB_KERNEL_GUARD
    if (kernel_guard_held() > 0)
        return 0;
#endif
    if (!self)
        return 0;
    if (action->handler <= LINUX_SIG_IGN || (self->blocked & signals_bit(fault->signal))) {
#ifdef CONFIG_LIB_PROCESSES
        if (signals_process() != FIRST)
            return fault->stack; /* that program ends, and the others go on */
#endif
        return 0;
    }
    stack = signals_stack_for(self, action, fault->stack);
    return stack ? stack : fault->stack;
}

_Noreturn void fault_signal_deliver(const struct fault *fault, struct signal_context *interrupted)
{
    struct linux_siginfo info = {.signal = fault->signal, .code = fault->code, .address = fault->address};

    kernel_enter();
#ifdef CONFIG_LIB_PROCESSES
    if (signals_actions[fault->signal].handler <= LINUX_SIG_IGN ||
        (signals_own_state()->blocked & signals_bit(fault->signal)))
        signals_end(&info);
#endif
    signals_handle(signals_own_state(), &info, interrupted);
    signals_run(interrupted);
    kernel_leave();
    signal_context_resume(interrupted);
}
