#include "queue.h"

#include <clock.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <kthread.h>
#include <sched_parallel.h>

static bool must_give_way(const struct sched_cpu *cpu, uint64_t now)
{
    return cpu->running && (cpu->outranked || now >= cpu->slice_end);
}

bool kernel_guard_run(void)
{
    multiprocessor_word_set(kernel_guard_waiting, 0);
    interrupts_run();

    uint64_t now = clock_monotonic();
    ktimer_run(now);
    sched_set_alarm();
    return must_give_way(sched_here(), now);
}

/* A thread that others outrank goes on where it was when they are done; at the end of its slice it queues up
 * again. */
void kernel_guard_switch(void)
{
    const struct sched_cpu *cpu = sched_here();
    uint64_t now = clock_monotonic();

    if (must_give_way(cpu, now))
        kthread_give_way(now < cpu->slice_end);
}

void kernel_guard_serve(void)
{
    kernel_enter();
    do {
        if (kernel_guard_run())
            kernel_guard_switch();
        kthread_deliver(NULL);
    } while (!kernel_guard_release());
}

bool kernel_guard_delivers(void)
{
    return kthread_must_deliver();
}

void kernel_guard_deliver(struct signal_context *interrupted)
{
    kthread_deliver(interrupted);
    while (!kernel_guard_release()) {
        if (kernel_guard_run())
            kernel_guard_switch();
        kthread_deliver(interrupted);
    }
}

/* With interrupts off: nobody moves the caller. */
bool kernel_guard_try(void)
{
    if (kernel_guard_held() > 0) {
        kernel_guard_remind();
        return false;
    }
    kernel_enter();
    return true;
}

/* The caller is at depth 1. An interrupt at any point finds the guard held, and says so, or free, and does
 * what it announces. */
bool kernel_guard_release(void)
{
    if (!kernel_left())
        return true;
    kernel_enter();
    return false;
}

unsigned kernel_guard_open(void)
{
    unsigned depth = kernel_guard_held();

    if (depth > 0) {
        kernel_guard_set(1);
        kernel_leave();
    }
    return depth;
}

void kernel_guard_close(unsigned depth)
{
    if (depth > 0) {
        kernel_enter();
        kernel_guard_set(depth);
    }
}
