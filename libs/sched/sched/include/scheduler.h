/*
 * The choice of the thread that runs next, and nothing else: what a thread is, and how to get from one to
 * another, is kthread's business. Threads appear as places, which stand in a queue while their thread can run
 * but does not.
 *
 * sched_cpu() is the processor that the caller runs on, below SCHED_CPUS, which is 1 where there is one; who
 * does not hold the guard may be on another by the time that it looks. `cpu` of a place is the processor that
 * its thread runs on, or ran on last.
 *
 * sched_add() queues a place, behind all others of its rank, or before them if `first`. sched_remove() takes
 * a queued place out. sched_take() takes out the one that runs next on this processor: NULL if there is none.
 * sched_running() tells whose thread runs on this processor from `now` (clock_monotonic()) on; it is not
 * queued. Rank and `sliced` change only while a place is not queued; of the running one sched_running() must
 * be called again.
 *
 * sched_alarm() tells when the first timer is due (clock_monotonic(), UINT64_MAX: none): a provider that
 * lets interrupts interrupt sees to it that ktimer_run() happens then. sched_poll() is called at least
 * whenever a thread yields: a provider without interrupts lets what is due happen there.
 *
 * sched_slice() is the length of a time slice in nanoseconds, 0 where there are none.
 *
 * A provider that preempts does so through kernel.guard. Callers hold the guard, where there is one.
 */
#pragma once

#include <ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __has_include(<config.h>)
#include <config.h>
#endif

#define SCHED_RANKS 128 /* a place of higher rank runs first; 0 is for ordinary threads */

#ifdef CONFIG_LIB_SCHED_PARALLEL
#define SCHED_CPUS 8
#else
#define SCHED_CPUS 1
#endif

struct sched_place {
    struct ring queue; /* the provider's; held while the place is queued */
    uint64_t left;     /* the provider's: of a time slice that was interrupted, nanoseconds */
    uint8_t cpu;
    uint8_t rank;
    bool sliced; /* its thread shares the processor with its equals by time slices */
#ifdef CONFIG_LIB_SCHED_PARALLEL
    uint8_t avoided; /* one bit a processor that its thread must not run on; see sched_parallel_avoid() */
#endif
};

#ifdef CONFIG_LIB_SCHED_PARALLEL
unsigned sched_cpu(void);
#else
static inline unsigned sched_cpu(void)
{
    return 0;
}
#endif

void sched_add(struct sched_place *place, bool first);
void sched_remove(struct sched_place *place);
struct sched_place *sched_take(void);
void sched_running(struct sched_place *place, uint64_t now);
void sched_alarm(uint64_t deadline);
void sched_poll(void);
uint64_t sched_slice(void);
