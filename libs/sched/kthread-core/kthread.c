#include "cpu.h"

#include <clock.h>
#include <errno.h>
#include <kernel_guard.h>
#include <panic.h>
#include <stddef.h>

#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <sched_parallel.h>

#define REMIND(thread) sched_parallel_remind((thread)->place.cpu)
#else
#define REMIND(thread) kernel_guard_remind()
#endif

static unsigned alive = 1; /* the boot */

/* Also of who does not hold the guard, and may be on another processor after any instruction. */
struct kthread *kthread_current(void)
{
#ifdef CONFIG_LIB_SCHED_PARALLEL
    return multiprocessor_own(&kthread_cpus[0].current);
#else
    return kthread_cpu()->current;
#endif
}

static void ready(struct kthread *thread, int outcome)
{
    ktimer_stop(&thread->timer);
    thread->outcome = outcome;
    thread->state = KTHREAD_READY;
    sched_add(&thread->place, false);
}

static void timed_out(struct ktimer *timer)
{
    ready((struct kthread *)((char *)timer - offsetof(struct kthread, timer)), -ETIMEDOUT);
}

static void begin(void)
{
    struct kthread *self = kthread_current();

#ifdef CONFIG_LIB_KERNEL_GUARD
    kernel_guard_set(1); /* whoever made room for this thread was in the kernel */
    if (self->interrupted)
        kernel_guard_remind(); /* before it began */
#endif
    kthread_arrived();
    kernel_leave();
    self->entry(self->argument);
    panic("a thread returned from its first function");
}

void kthread_start(struct kthread *thread, void *stack_end, void (*entry)(void *argument), void *argument)
{
    /* The thread pointer of the boot is set when it has one, after it began. */
    struct kthread *self = kthread_current();

    if (alive == 1)
        sched_running(&self->place, clock_monotonic()); /* now that there is something to choose */
    if (thread->thread_pointer && !self->context.thread_pointer)
        self->context.thread_pointer = context_thread_pointer();
    if (!thread->process)
        thread->process = self->process;
    thread->entry = entry;
    thread->argument = argument;
    thread->timer.expired = timed_out;
    context_prepare(&thread->context, stack_end, begin, thread->thread_pointer);
    thread->all_next = kthread_first;
    kthread_first->all_previous = thread;
    kthread_first = thread;
    alive++;
    ready(thread, 0);
}

_Noreturn void kthread_exit(void (*after)(struct kthread *thread))
{
    struct kthread_cpu *cpu = kthread_cpu();
    struct kthread *self = cpu->current;

    kernel_enter();
    if (self->all_previous)
        self->all_previous->all_next = self->all_next;
    else
        kthread_first = self->all_next;
    if (self->all_next)
        self->all_next->all_previous = self->all_previous;
    alive--;
    self->state = KTHREAD_ENDED;
    cpu->ended = self;
    cpu->after = after;
    kthread_switch();
    panic("a thread that has ended runs");
}

void kthread_give_way(bool first)
{
    struct kthread *self = kthread_current();

    self->state = KTHREAD_READY;
    sched_add(&self->place, first);
    kthread_switch();
}

void kthread_yield(void)
{
    kthread_give_way(false);
}

int kthread_block(uint64_t deadline, bool interruptible)
{
    struct kthread *self = kthread_current();

    if (interruptible && self->interrupted)
        return -EINTR;
    self->state = KTHREAD_BLOCKED;
    self->interruptible = interruptible;
    if (deadline != KTHREAD_FOR_EVER) {
        self->timer.expired = timed_out;
        ktimer_start(&self->timer, deadline);
    }
    kthread_switch();
    return self->outcome;
}

void kthread_wake(struct kthread *thread)
{
    if (thread->state == KTHREAD_BLOCKED)
        ready(thread, 0);
}

void kthread_interrupt(struct kthread *thread)
{
    thread->interrupted = true;
    if (thread->state == KTHREAD_BLOCKED && thread->interruptible)
        ready(thread, -EINTR);
#ifdef CONFIG_LIB_KERNEL_GUARD
    if (thread->state == KTHREAD_RUNNING)
        REMIND(thread);
#endif
}

bool kthread_must_deliver(void)
{
    const struct kthread *self = kthread_current();

    return self->interrupted && self->deliver;
}

void kthread_deliver(struct signal_context *interrupted)
{
    if (kthread_must_deliver())
        kthread_current()->deliver(interrupted);
}

void kthread_uninterrupt(struct kthread *thread)
{
    thread->interrupted = false;
}

void kthread_rank(struct kthread *thread, unsigned rank, bool sliced)
{
    bool queued = ring_held(&thread->place.queue);

    if (queued)
        sched_remove(&thread->place);
    thread->place.rank = (uint8_t)rank;
    thread->place.sliced = sliced;
    if (queued)
        sched_add(&thread->place, false);
    else if (thread->state == KTHREAD_RUNNING)
        sched_running(&thread->place, clock_monotonic());
}

uint64_t kthread_cpu_time(const struct kthread *thread)
{
    uint64_t running = thread->state == KTHREAD_RUNNING ? clock_monotonic() - thread->since : 0;

    return thread->cpu_time + running;
}

unsigned kthread_count(void)
{
    return alive;
}
