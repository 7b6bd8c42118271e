/*
 * The lock between processors, and each one's depth in the kernel and whether something is due there.
 *
 * Who raises a processor's depth from 0 is not moved to another from then on, for an interrupt that finds a
 * depth only notes that it came; and then waits for the lock, with interrupts as they were. Lowering the
 * depth goes the other way. An exception may come between any two steps: whether the processor has the lock
 * is known by the lock alone.
 */
#include "queue.h"

#include <kernel_guard.h>
#include <sched_parallel.h>

struct multiprocessor_word kernel_guard_depth[SCHED_CPUS];
struct multiprocessor_word kernel_guard_waiting[SCHED_CPUS]; /* 1: something is due */

static unsigned holder; /* its number and 1; 0: nobody */

void sched_lock(void)
{
    unsigned self = sched_cpu() + 1;

    for (;;) {
        unsigned nobody = 0;

        if (__atomic_load_n(&holder, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(&holder, &nobody, self, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return;
        if (multiprocessor_alone)
            return; /* whoever had it does not run any more */
        multiprocessor_answer();
    }
}

void sched_unlock(void)
{
    __atomic_store_n(&holder, 0, __ATOMIC_SEQ_CST);
}

static bool holds(void)
{
    return __atomic_load_n(&holder, __ATOMIC_RELAXED) == sched_cpu() + 1;
}

unsigned kernel_guard_held(void)
{
    return multiprocessor_word_get(kernel_guard_depth);
}

void kernel_guard_set(unsigned depth)
{
    multiprocessor_word_set(kernel_guard_depth, depth);
}

void kernel_enter(void)
{
    multiprocessor_word_add(kernel_guard_depth, 1);
    if (kernel_guard_held() == 1)
        sched_lock();
}

/* What is read last may be another processor's: then this one's was looked at when it gave the thread away,
 * and a yes too much does no harm. */
bool kernel_left(void)
{
    if (kernel_guard_held() == 1)
        sched_unlock();
    multiprocessor_word_add(kernel_guard_depth, (unsigned)-1);
    return multiprocessor_word_get(kernel_guard_waiting);
}

void kernel_leave(void)
{
    if (kernel_left() && kernel_guard_held() == 0)
        kernel_guard_serve();
}

bool kernel_guard_seize(void)
{
    bool seized = !holds();

    multiprocessor_word_add(kernel_guard_depth, 1);
    if (seized)
        sched_lock();
    return seized;
}

void kernel_guard_cede(bool seized)
{
    if (seized)
        sched_unlock();
    multiprocessor_word_add(kernel_guard_depth, (unsigned)-1);
    if (kernel_guard_held() == 0 && multiprocessor_word_get(kernel_guard_waiting))
        multiprocessor_ask(sched_cpu());
}

void kernel_guard_remind(void)
{
    multiprocessor_word_set(kernel_guard_waiting, 1);
}

void sched_parallel_remind(unsigned cpu)
{
    kernel_guard_waiting[cpu].value = 1;
    if (cpu != sched_cpu())
        multiprocessor_ask(cpu);
}
