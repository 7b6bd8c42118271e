#include "queue.h"

#include <alarm.h>
#include <clock.h>
#include <interrupts.h>
#include <kernel_guard.h>
#include <kthread.h>
#include <sched_parallel.h>

int sched_parallel_init(void);

/* A further processor: the first one is still in its boot, and in the guard. */
static void begin(unsigned number)
{
    kernel_enter();
    multiprocessor_join();
    sched_cpus[number].began = clock_monotonic();
    sched_cpus[number].runs = true;
    interrupts_on();
    kthread_idle(number);
}

/* The timer's speed is measured by the first one, for all. From now on whoever is in the kernel notes what
 * interrupts, and whoever is not answers the other processors. */
int sched_parallel_init(void)
{
    alarm_set(SCHED_NEVER - 1);
    sched_cpu_count = multiprocessor_start(begin);
    interrupts_on();
    sched_running(&kthread_current()->place, clock_monotonic()); /* it may be the only thread there will be */
    return 0;
}

uint8_t sched_parallel_processors(void)
{
    return (uint8_t)((1u << sched_cpu_count) - 1);
}
