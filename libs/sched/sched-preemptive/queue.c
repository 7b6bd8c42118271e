#include "queue.h"

#include <alarm.h>
#include <clock.h>
#include <config.h>
#include <interrupts.h>
#include <ktimer.h>

#define SLICE ((uint64_t)CONFIG_SCHED_SLICE_MICROSECONDS * 1000)
#define NEVER UINT64_MAX

struct sched_queue sched_queues[SCHED_CPUS];

/* The highest rank that has places, or -1. */
static int highest(const struct sched_queue *queue)
{
    for (int word = SCHED_RANKS / 64 - 1; word >= 0; word--)
        if (queue->filled[word])
            return 64 * word + 63 - __builtin_clzll(queue->filled[word]);
    return -1;
}

void sched_set_alarm(void)
{
    uint64_t timer = ktimer_first(), slice = sched_queues[sched_cpu()].slice_end;

    alarm_set(timer < slice ? timer : slice);
}

static void begin_slice(struct sched_queue *queue, uint64_t end)
{
    queue->slice_end = end;
    sched_set_alarm();
}

/* What the running thread, which is outranked, has to come when it goes on; 0: a whole one. */
static uint64_t slice_left(const struct sched_queue *queue)
{
    uint64_t now = clock_monotonic();

    return queue->slice_end != NEVER && queue->slice_end > now ? queue->slice_end - now : 0;
}

/* The first reason to interrupt a thread is a second one, or a timer. */
static void begin_interrupting(void)
{
    static bool on;

    if (on)
        return;
    on = true;
    interrupts_on();
}

void sched_add(struct sched_place *place, bool first)
{
    struct sched_queue *queue = &sched_queues[place->cpu];
    struct ring **ring = &queue->ranks[place->rank];
    const struct sched_place *running = queue->running;

    begin_interrupting();
    place->left = first && running == place ? slice_left(queue) : 0;
    ring_insert(ring, first ? NULL : *ring, &place->queue);
    queue->filled[place->rank / 64] |= UINT64_C(1) << place->rank % 64;
    if (!running || running == place)
        return;
    if (place->rank > running->rank)
        sched_disturb(queue);
    else if (place->rank == running->rank && running->sliced && queue->slice_end == NEVER)
        begin_slice(queue, clock_monotonic() + SLICE);
}

void sched_remove(struct sched_place *place)
{
    struct sched_queue *queue = &sched_queues[place->cpu];
    struct ring **ring = &queue->ranks[place->rank];

    ring_remove(ring, &place->queue);
    if (!*ring)
        queue->filled[place->rank / 64] &= ~(UINT64_C(1) << place->rank % 64);
}

struct sched_place *sched_take(void)
{
    struct sched_queue *queue = &sched_queues[sched_cpu()];
    int rank = highest(queue);

    queue->running = NULL;
    queue->slice_end = NEVER;
    if (rank < 0)
        return NULL;

    struct sched_place *place = (struct sched_place *)ring_first(queue->ranks[rank]); /* its first member */
    sched_remove(place);
    return place;
}

void sched_running(struct sched_place *place, uint64_t now)
{
    struct sched_queue *queue = &sched_queues[place->cpu];

    queue->running = place;
    queue->slice_end = NEVER;
    queue->outranked = false;
    if (highest(queue) > place->rank)
        sched_disturb(queue);
    else if (place->sliced && queue->ranks[place->rank])
        begin_slice(queue, now + (place->left ? place->left : SLICE));
}

void sched_alarm(uint64_t deadline)
{
    if (deadline == NEVER)
        return;
    begin_interrupting();
    alarm_set(deadline);
}

/* What is due happens by itself. */
void sched_poll(void) {}

uint64_t sched_slice(void)
{
    return SLICE;
}
