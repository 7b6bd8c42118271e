/* What each processor has of its own: the thread that runs, and one that has ended and waits for its stack to
 * be free. */
#pragma once

#include <kthread.h>
#ifdef CONFIG_LIB_SCHED_PARALLEL
#include <multiprocessor.h>
#endif

struct kthread_cpu {
    struct kthread *current;
    struct kthread *ended;
    void (*after)(struct kthread *thread);
}
#ifdef CONFIG_LIB_SCHED_PARALLEL
__attribute__((aligned(sizeof(struct multiprocessor_word)))) /* see kthread_current() */
#endif
;

extern struct kthread_cpu kthread_cpus[SCHED_CPUS];

static inline struct kthread_cpu *kthread_cpu(void)
{
    return &kthread_cpus[sched_cpu()];
}

/* Runs others, the caller's thread again when its turn comes; it is queued, blocked or has ended. */
void kthread_switch(void);

/* The first thing that happens in a thread that comes back, or begins. */
void kthread_arrived(void);

/* idle.c, where there are several processors: the thread that this one runs when there is no other. */
struct kthread *kthread_idler(void);

_Noreturn void kthread_deadlock(void);
