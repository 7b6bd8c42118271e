#include "queue.h"

#include <alarm.h>
#include <clock.h>
#include <config.h>
#include <ktimer.h>
#include <sched_parallel.h>

#define SLICE ((uint64_t)CONFIG_SCHED_PROCESSORS_SLICE_MICROSECONDS * 1000)

struct sched_cpu sched_cpus[SCHED_CPUS] = {
    [0] = {.runs = true},
    [0 ... SCHED_CPUS - 1].slice_end = SCHED_NEVER,
};
unsigned sched_cpu_count = 1;

static struct ring *ranks[SCHED_RANKS];
static volatile uint64_t filled[SCHED_RANKS / 64]; /* one bit a rank that has places */

unsigned sched_cpu(void)
{
    return multiprocessor_number();
}

bool sched_waits(void)
{
    uint64_t any = 0;

    for (int word = 0; word < SCHED_RANKS / 64; word++)
        any |= filled[word];
    return any != 0;
}

static bool may_run(const struct sched_place *place, unsigned cpu)
{
    return !(place->avoided >> cpu & 1);
}

struct sched_place *sched_first(unsigned cpu)
{
    for (int word = SCHED_RANKS / 64 - 1; word >= 0; word--)
        for (uint64_t left = filled[word]; left;) {
            int bit = 63 - __builtin_clzll(left);
            struct ring *last = ranks[64 * word + bit];

            left &= ~(UINT64_C(1) << bit);
            for (struct ring *at = ring_first(last); at; at = ring_after(last, at))
                if (may_run((struct sched_place *)at, cpu)) /* its first member */
                    return (struct sched_place *)at;
        }
    return NULL;
}

void sched_set_alarm(void)
{
    uint64_t timer = ktimer_first(), slice = sched_here()->slice_end;

    alarm_set(timer < slice ? timer : slice);
}

void sched_begin_slice(unsigned cpu, uint64_t end)
{
    sched_cpus[cpu].slice_end = end;
    if (cpu == sched_cpu())
        sched_set_alarm();
    else
        sched_parallel_remind(cpu);
}

/* What the running thread, which is outranked, has to come when it goes on; 0: a whole one. */
static uint64_t slice_left(const struct sched_cpu *cpu)
{
    uint64_t now = clock_monotonic();

    return cpu->slice_end != SCHED_NEVER && cpu->slice_end > now ? cpu->slice_end - now : 0;
}

void sched_add(struct sched_place *place, bool first)
{
    const struct sched_cpu *here = sched_here();
    struct ring **ring = &ranks[place->rank];

    place->left = first && here->running == place ? slice_left(here) : 0;
    ring_insert(ring, first ? NULL : *ring, &place->queue);
    filled[place->rank / 64] |= UINT64_C(1) << place->rank % 64;
    if (here->running != place)
        sched_offer(place); /* else this processor may take it again, before it looks at the rest */
}

void sched_remove(struct sched_place *place)
{
    struct ring **ring = &ranks[place->rank];

    ring_remove(ring, &place->queue);
    if (!*ring)
        filled[place->rank / 64] &= ~(UINT64_C(1) << place->rank % 64);
}

struct sched_place *sched_take(void)
{
    unsigned cpu = sched_cpu();
    struct sched_place *place = sched_first(cpu);

    sched_cpus[cpu].running = NULL;
    sched_cpus[cpu].slice_end = SCHED_NEVER;
    sched_cpus[cpu].outranked = false;
    if (place) {
        sched_remove(place);
        place->cpu = (uint8_t)cpu;
    }
    return place;
}

/* Also for a thread that runs elsewhere, whose rank has changed. */
void sched_running(struct sched_place *place, uint64_t now)
{
    unsigned number = place->cpu;
    struct sched_cpu *cpu = &sched_cpus[number];
    const struct sched_place *next = sched_first(number);

    cpu->running = place;
    cpu->slice_end = SCHED_NEVER;
    cpu->outranked = !may_run(place, number) || (next && next->rank > place->rank);
    if (cpu->outranked)
        sched_parallel_remind(number);
    else if (place->sliced && next && next->rank == place->rank)
        sched_begin_slice(number, now + (place->left ? place->left : SLICE));
    sched_offer_rest();
}

void sched_alarm(uint64_t deadline)
{
    alarm_set(deadline);
}

/* What is due happens by itself. */
void sched_poll(void) {}

uint64_t sched_slice(void)
{
    return SLICE;
}

void sched_parallel_avoid(struct sched_place *place, uint8_t avoided)
{
    bool queued = ring_held(&place->queue);

    place->avoided = avoided;
    if (queued) {
        sched_offer(place);
    } else if (sched_cpus[place->cpu].running == place && !may_run(place, place->cpu)) {
        sched_cpus[place->cpu].outranked = true;
        sched_parallel_remind(place->cpu);
    }
}
