/*
 * A ring of ready places for each processor. Rank and slices mean nothing here: whoever runs gives way of its
 * own accord, and then everybody has a turn.
 */
#include <clock.h>
#include <config.h>
#include <ktimer.h>
#include <scheduler.h>
#ifdef CONFIG_LIB_INTERRUPTS
#include <interrupts.h>
#endif

static struct ring *last[SCHED_CPUS];

void sched_add(struct sched_place *place, bool first)
{
    struct ring **ring = &last[place->cpu];

    ring_insert(ring, first ? NULL : *ring, &place->queue);
}

void sched_remove(struct sched_place *place)
{
    ring_remove(&last[place->cpu], &place->queue);
}

struct sched_place *sched_take(void)
{
    struct ring **ring = &last[sched_cpu()], *first = ring_first(*ring);

    if (first)
        ring_remove(ring, first);
    return (struct sched_place *)first; /* its first member */
}

void sched_running(struct sched_place *place, uint64_t now)
{
    (void)place, (void)now;
}

/* Nothing interrupts: sched_poll() looks at the clock. */
void sched_alarm(uint64_t deadline)
{
    (void)deadline;
}

void sched_poll(void)
{
#ifdef CONFIG_LIB_INTERRUPTS
    interrupts_run();
#endif
    if (ktimer_first() != KTIMER_NEVER)
        ktimer_run(clock_monotonic());
}

uint64_t sched_slice(void)
{
    return 0;
}
