/* Nothing to do, where another processor may have something: a thread of each that is never queued. */
#include "cpu.h"

#include <config.h>
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <clock.h>
#include <kernel_guard.h>
#include <sched_parallel.h>
#include <stddef.h>

#define FIRST_STACK 16384 /* handlers of interrupts run here, too */

static struct kthread idlers[SCHED_CPUS];
static char first_stack[FIRST_STACK] __attribute__((aligned(16)));

static _Noreturn void look(void)
{
    for (;;) {
        kthread_switch(); /* comes back at once if there is nobody */
        if (!sched_parallel_idle())
            kthread_deadlock();
    }
}

static _Noreturn void begin(void)
{
    kernel_guard_set(1); /* whoever made room was in the kernel */
    kthread_arrived();
    look();
}

struct kthread *kthread_idler(void)
{
    struct kthread *idler = &idlers[sched_cpu()];

    if (!idler->context.stack && kthread_current() != idler)
        context_prepare(&idler->context, first_stack + sizeof first_stack, begin, NULL);
    return idler;
}

_Noreturn void kthread_idle(unsigned cpu)
{
    struct kthread *self = &idlers[cpu];

    self->state = KTHREAD_RUNNING;
    self->since = clock_monotonic();
    kthread_cpus[cpu].current = self;
    look();
}
#endif
