#include "cpu.h"

#include <clock.h>
#include <idle.h>
#include <kernel_guard.h>
#include <stddef.h>
#ifdef CONFIG_LIB_PROCESS_SWITCH
#include <process_switch.h>
#endif
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <multiprocessor.h>
#endif

#ifdef CONFIG_LIB_SCHED_PARALLEL
#define IDLES(thread) ((thread) == kthread_idler())
#else
#define IDLES(thread) false
#endif

static struct kthread boot = {
    .place = {.sliced = true},
    .state = KTHREAD_RUNNING,
};

struct kthread *kthread_first = &boot;
struct kthread_cpu kthread_cpus[SCHED_CPUS] = {{.current = &boot}};

static struct kthread *of(struct sched_place *place)
{
    return (struct kthread *)((char *)place - offsetof(struct kthread, place));
}

#ifdef CONFIG_LIB_SCHED_PARALLEL
/* Another processor may go on with a thread as soon as the guard is free: having nothing to do has a thread
 * of its own on each. */
static struct kthread *next_thread(struct kthread *previous)
{
    struct sched_place *place = sched_take();

    (void)previous;
    return place ? of(place) : kthread_idler();
}
#else
/* There is no thread for having nothing to do: whoever gave way last waits for all, on its own stack, which
 * is still there even if it has ended. */
static struct kthread *next_thread(struct kthread *previous)
{
    struct sched_place *place;

    sched_poll();
    place = sched_take();
    if (place)
        return of(place);
    previous->cpu_time += clock_monotonic() - previous->since;
    do {
        if (!idle(ktimer_first()))
            kthread_deadlock();
        ktimer_run(clock_monotonic());
        place = sched_take();
    } while (!place);
    previous->since = clock_monotonic();
    return of(place);
}
#endif

void kthread_arrived(void)
{
    struct kthread_cpu *cpu = kthread_cpu();
    struct kthread *ended = cpu->ended;

    if (ended) {
        cpu->ended = NULL;
        if (cpu->after)
            cpu->after(ended);
    }
}

/* Comes back when somebody switches to `previous`. */
static void go(struct kthread_cpu *cpu, struct kthread *previous, struct kthread *next, uint64_t now)
{
    previous->cpu_time += now - previous->since;
    next->since = now;
    cpu->current = next;
#ifdef CONFIG_LIB_PROCESS_SWITCH
    process_switch(next->process);
#endif
#ifdef CONFIG_LIB_SCHED_PARALLEL
    if (previous == &boot) /* which may go on elsewhere, and has set it by itself */
        boot.context.thread_pointer = multiprocessor_thread_pointer();
#endif
#ifdef CONFIG_LIB_KERNEL_GUARD
    unsigned depth = kernel_guard_held();
    context_switch(&previous->context, &next->context);
    kernel_guard_set(depth);
#else
    context_switch(&previous->context, &next->context);
#endif
}

void kthread_switch(void)
{
    struct kthread_cpu *cpu = kthread_cpu();
    struct kthread *previous = cpu->current, *next = next_thread(previous);

    uint64_t now = clock_monotonic();

    next->state = KTHREAD_RUNNING;
    if (!IDLES(next))
        sched_running(&next->place, now);
    if (next != previous)
        go(cpu, previous, next, now);
#ifdef CONFIG_LIB_KERNEL_GUARD
    if (previous->interrupted)
        kernel_guard_remind(); /* it delivers on its way out */
#endif
    kthread_arrived();
}
