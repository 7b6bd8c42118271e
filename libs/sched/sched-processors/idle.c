#include "queue.h"

#include <alarm.h>
#include <clock.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <ktimer.h>
#include <sched_parallel.h>

/* Asked with interrupts off. */
static bool asked(void)
{
    return !*(volatile bool *)&sched_here()->idle;
}

static bool all_idle(void)
{
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++)
        if (sched_cpus[cpu].runs && !sched_cpus[cpu].halted)
            return false;
    return true;
}

/* Who is queued while the guard is free resets `idle`, and interrupts. Who was queued since this processor
 * looked, by itself, finds no other if they may run only here: a thread that has ended wakes such ones. */
bool sched_parallel_idle(void)
{
    struct sched_cpu *here = sched_here();

    if (sched_first(sched_cpu()))
        return true;
    sched_offer_rest(); /* whoever may not run here */
    here->halted = true;
    if (all_idle() && !sched_waits() && ktimer_first() == SCHED_NEVER && !multiprocessor_devices()) {
        here->halted = false;
        return false;
    }
    here->idle = true;
    here->since = clock_monotonic();
    alarm_set(ktimer_first());
    kernel_guard_open();
    multiprocessor_halt(asked);
    kernel_guard_close(1);
    here->stopped += clock_monotonic() - here->since;
    here->halted = false;
    here->idle = false;
    kernel_guard_run();
    return true;
}

uint64_t sched_parallel_busy(void)
{
    uint64_t now = clock_monotonic(), total = 0;

    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++) {
        const struct sched_cpu *c = &sched_cpus[cpu];

        if (c->runs)
            total += (c->halted ? c->since : now) - c->began - c->stopped;
    }
    return total;
}
