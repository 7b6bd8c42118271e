/*
 * Threads.
 *
 * A thread is its owner's memory: all zeroes, then the fields of the first group set as wanted, then
 * kthread_start(). The boot runs as a thread too. Nothing here allocates. Callers hold the guard
 * (kernel_guard.h) where there is one.
 *
 * kthread_start() makes a thread that calls `entry(argument)` on the stack that ends at `stack_end`; the new
 * thread begins outside the guard, and must end by kthread_exit(). kthread_exit() ends the calling thread;
 * when it runs no more and its stack is not in use, `after` (may be NULL) is called with it, on some other
 * thread, within the guard: it may free both, and must not block. That may be much later, when nobody else
 * can run: it is no place to wake somebody.
 *
 * kthread_yield() lets others of the same rank run first. kthread_block() stops the calling thread until
 * kthread_wake(), and returns 0; at `deadline` (clock_monotonic(), KTHREAD_FOR_EVER: none) -ETIMEDOUT; and,
 * if `interruptible`, -EINTR after kthread_interrupt(). A thread is not blocked by itself: whoever is to wake
 * it must be able to find it first. kthread_wake() of a thread that is not blocked does nothing: what is
 * waited for is a condition that the waiter looks at, not the wake.
 *
 * kthread_interrupt() marks a thread as interrupted, and ends its wait if that can be interrupted. The mark
 * stays, and ends further such waits at once, until kthread_uninterrupt(). Where there is a guard, a marked
 * thread calls its `deliver` when it leaves the kernel, or is interrupted outside of it: within the guard,
 * which that function may open; it is to remove the mark, and need not return. It gets what was interrupted,
 * which it may change (signal_context.h), NULL when the thread leaves the kernel.
 *
 * kthread_rank() changes rank and slices of any thread (scheduler.h). kthread_cpu_time() is for how many
 * nanoseconds it has run. kthread_count() is how many threads there are, the boot's included, that have not
 * ended. kthread_first, by `all_next`: all of them.
 *
 * Where there are several processors (sched_parallel.h), kthread_idle() is what each of them but the first
 * calls when it is ready, in the guard, on a stack that it keeps: it looks for threads to run from then on.
 *
 * When every thread is blocked, without a deadline, and no device could change that, the image ends in a
 * panic that tells where each is.
 */
#pragma once

#include <context.h>
#include <ktimer.h>
#include <scheduler.h>
#include <stdbool.h>
#include <stdint.h>

#define KTHREAD_FOR_EVER KTIMER_NEVER

struct signal_context;

enum kthread_state { KTHREAD_READY, KTHREAD_RUNNING, KTHREAD_BLOCKED, KTHREAD_ENDED };

struct kthread {
    /* Whoever starts it: */
    struct sched_place place; /* rank, sliced and cpu */
    void *thread_pointer;     /* NULL: none */
    void *owner;              /* whoever's; kthread does not look at it */
    void *process;            /* of a thread of the application: the starter's if it is left NULL */
    /* See kthread_interrupt(); may be NULL, and change at any time. */
    void (*deliver)(struct signal_context *interrupted);
    int number; /* for reports; 0: a thread of the kernel, or the boot's */

    /* kthread's own: */
    struct context context;
    struct ktimer timer;
    void (*entry)(void *argument);
    void *argument;
    struct kthread *all_next, *all_previous;
    uint64_t cpu_time; /* nanoseconds, without the turn that runs */
    uint64_t since;    /* when that turn began */
    int outcome;       /* of its wait */
    enum kthread_state state;
    bool interruptible;
    bool interrupted;
};

extern struct kthread *kthread_first;

struct kthread *kthread_current(void);
void kthread_start(struct kthread *thread, void *stack_end, void (*entry)(void *argument), void *argument);
_Noreturn void kthread_exit(void (*after)(struct kthread *thread));
void kthread_yield(void);
int kthread_block(uint64_t deadline, bool interruptible);
void kthread_wake(struct kthread *thread);
void kthread_interrupt(struct kthread *thread);
void kthread_uninterrupt(struct kthread *thread);
void kthread_rank(struct kthread *thread, unsigned rank, bool sliced);
uint64_t kthread_cpu_time(const struct kthread *thread);
unsigned kthread_count(void);
_Noreturn void kthread_idle(unsigned cpu);

/*
 * For the provider of sched: the running thread gives way to those of higher rank, and to those of its own
 * unless `first`; it comes first, or last, of its rank when its turn comes again.
 */
void kthread_give_way(bool first);

/* For the provider of kernel.guard: whether the running thread has something delivered, and doing it. */
bool kthread_must_deliver(void);
void kthread_deliver(struct signal_context *interrupted);
