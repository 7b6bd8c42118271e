#include "queue.h"

#include <clock.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <kthread.h>

unsigned kernel_guard_depth;
volatile bool kernel_guard_waiting;

void sched_disturb(struct sched_queue *queue)
{
    queue->outranked = true;
    kernel_guard_waiting = true;
}

static bool must_give_way(const struct sched_queue *queue, uint64_t now)
{
    return queue->outranked || now >= queue->slice_end;
}

bool kernel_guard_run(void)
{
    struct sched_queue *queue = &sched_queues[sched_cpu()];

    kernel_guard_waiting = false;
    interrupts_run();

    uint64_t now = clock_monotonic();
    ktimer_run(now);
    sched_set_alarm();
    return must_give_way(queue, now);
}

/* A thread that others outrank goes on where it was when they are done; at the end of its slice it queues up
 * again. */
void kernel_guard_switch(void)
{
    const struct sched_queue *queue = &sched_queues[sched_cpu()];
    uint64_t now = clock_monotonic();

    if (must_give_way(queue, now))
        kthread_give_way(now < queue->slice_end);
}

void kernel_guard_serve(void)
{
    do {
        kernel_guard_depth = 1;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
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

/* An interrupt between the two lines takes the guard, and gives it back. */
bool kernel_guard_try(void)
{
    if (kernel_guard_depth > 0) {
        kernel_guard_waiting = true;
        return false;
    }
    kernel_guard_depth = 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return true;
}

/* An interrupt between the two lines finds the guard free, and does what it announces. */
bool kernel_guard_release(void)
{
    kernel_guard_depth = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (!kernel_guard_waiting)
        return true;
    kernel_guard_depth = 1;
    return false;
}

unsigned kernel_guard_open(void)
{
    unsigned depth = kernel_guard_depth;

    kernel_guard_depth = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (kernel_guard_waiting)
        kernel_guard_serve();
    return depth;
}

void kernel_guard_close(unsigned depth)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* what the caller did outside is done */
    kernel_guard_depth = depth;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
