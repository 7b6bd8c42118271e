/* Which processor is told that somebody waits. */
#include "queue.h"

#include <clock.h>
#include <sched_parallel.h>

static bool may_run(const struct sched_place *place, unsigned cpu)
{
    return sched_cpus[cpu].runs && !(place->avoided >> cpu & 1);
}

/* It takes whoever is first when it comes; until then it need not be asked again. */
static void wake(unsigned cpu)
{
    sched_cpus[cpu].idle = false;
    if (cpu != sched_cpu())
        multiprocessor_ask(cpu);
}

static bool offer_idle(const struct sched_place *place)
{
    if (may_run(place, place->cpu) && sched_cpus[place->cpu].idle) {
        wake(place->cpu); /* whose caches may know it */
        return true;
    }
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++)
        if (may_run(place, cpu) && sched_cpus[cpu].idle) {
            wake(cpu);
            return true;
        }
    return false;
}

/* The processor whose thread has the lowest rank gives way if that is lower; else those with equals share
 * their time with it. */
void sched_offer(struct sched_place *place)
{
    unsigned lowest = SCHED_CPUS;

    if (offer_idle(place))
        return;
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++) {
        const struct sched_cpu *c = &sched_cpus[cpu];

        if (may_run(place, cpu) && c->running && !c->outranked &&
            (lowest == SCHED_CPUS || c->running->rank < sched_cpus[lowest].running->rank))
            lowest = cpu;
    }
    if (lowest == SCHED_CPUS)
        return;
    if (sched_cpus[lowest].running->rank < place->rank) {
        sched_cpus[lowest].outranked = true;
        sched_parallel_remind(lowest);
        return;
    }
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++) {
        const struct sched_cpu *c = &sched_cpus[cpu];

        if (may_run(place, cpu) && c->running && c->running->rank == place->rank && c->running->sliced &&
            c->slice_end == SCHED_NEVER)
            sched_begin_slice(cpu, clock_monotonic() + sched_slice());
    }
}

/* Whether a processor is on its way to look at who waits, and may run this one. */
static bool somebody_comes(const struct sched_place *place)
{
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++) {
        const struct sched_cpu *c = &sched_cpus[cpu];

        if (may_run(place, cpu) && (c->running ? c->outranked : !c->idle))
            return true;
    }
    return false;
}

static bool has_room(const struct sched_cpu *cpu, const struct sched_place *place)
{
    const struct sched_place *running = cpu->running;

    if (!running)
        return cpu->idle;
    return running->rank < place->rank ||
           (running->rank == place->rank && running->sliced && cpu->slice_end == SCHED_NEVER);
}

/* Who was asked for a place may have found a better one, or may keep its own by now. A processor that is on
 * its way comes here when it has chosen, so nobody need be asked before. */
void sched_offer_rest(void)
{
    if (!sched_waits())
        return;
    for (unsigned cpu = 0; cpu < sched_cpu_count; cpu++) {
        struct sched_place *place = sched_first(cpu);

        if (place && has_room(&sched_cpus[cpu], place) && !somebody_comes(place))
            sched_offer(place);
    }
}
