/* Who waits, for whichever processor comes first, and what each processor has of its own. All of it changes
 * in the guard only. */
#pragma once

#include <multiprocessor.h>
#include <scheduler.h>

_Static_assert(SCHED_CPUS == MULTIPROCESSOR_MAX, "a processor's number is the scheduler's, too");

#define SCHED_NEVER UINT64_MAX

struct sched_cpu {
    struct sched_place *running; /* NULL: nobody */
    uint64_t slice_end;          /* of `running`; SCHED_NEVER: nobody waits for it */
    bool outranked;              /* `running` is to give way at once */
    bool idle;                   /* waits for an interrupt, and has not been asked yet */
    bool runs;                   /* takes part */
    bool halted;
    uint64_t since;   /* when it began to take part, or to be halted */
    uint64_t stopped; /* nanoseconds that it was halted */
    uint64_t began;
};

extern struct sched_cpu sched_cpus[SCHED_CPUS];
extern unsigned sched_cpu_count;

static inline struct sched_cpu *sched_here(void)
{
    return &sched_cpus[sched_cpu()];
}

/* queue.c: whether anybody waits, and the first of the highest rank who may run on a processor, or NULL. */
bool sched_waits(void);
struct sched_place *sched_first(unsigned cpu);

/* Asks for the alarm that this processor needs next. */
void sched_set_alarm(void);

/* offer.c: a place is queued; finds it a processor. sched_offer_rest() does so for those for which nobody
 * comes, whenever a processor has chosen what it does. */
void sched_offer(struct sched_place *place);
void sched_offer_rest(void);
void sched_begin_slice(unsigned cpu, uint64_t end);

extern struct multiprocessor_word kernel_guard_depth[SCHED_CPUS];
extern struct multiprocessor_word kernel_guard_waiting[SCHED_CPUS];

/* lock.c: for who has raised the depth of this processor, and is not moved therefore; may be called by an
 * exception in the middle of itself. */
void sched_lock(void);
void sched_unlock(void);
