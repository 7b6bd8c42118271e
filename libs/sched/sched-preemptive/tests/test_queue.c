// instead: ../queue.c
// cflags: -DCONFIG_SCHED_SLICE_MICROSECONDS=1000
/* The queue of places against plain lists, one a rank; time slices and who outranks whom. */
#include "../queue.h"

#include <alarm.h>
#include <assert.h>
#include <kernel_guard.h>
#include <ktimer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 50
#define SLICE UINT64_C(1000000)

static uint64_t now, timer = KTIMER_NEVER, asked = ALARM_NEVER;
static int disturbed, on;

uint64_t clock_monotonic(void)
{
    return now;
}

void alarm_set(uint64_t deadline)
{
    asked = deadline;
}

void interrupts_on(void)
{
    on++;
}

uint64_t ktimer_first(void)
{
    return timer;
}

void sched_disturb(struct sched_queue *queue)
{
    queue->outranked = true;
    disturbed++;
}

static struct sched_place places[PLACES];
static int lists[SCHED_RANKS][PLACES], lengths[SCHED_RANKS];

static void put(int place, bool first)
{
    int rank = places[place].rank, *list = lists[rank];

    if (first)
        memmove(list + 1, list, (size_t)lengths[rank] * sizeof *list);
    list[first ? 0 : lengths[rank]] = place;
    lengths[rank]++;
}

static void pull(int rank, int index)
{
    lengths[rank]--;
    memmove(&lists[rank][index], &lists[rank][index + 1], (size_t)(lengths[rank] - index) * sizeof(int));
}

static int best_rank(void)
{
    int rank = SCHED_RANKS - 1;

    while (rank >= 0 && lengths[rank] == 0)
        rank--;
    return rank;
}

static void test_random(void)
{
    for (int step = 0; step < 100000; step++) {
        int i = rand() % PLACES, rank;
        struct sched_place *place = &places[i];

        if (ring_held(&place->queue) && rand() % 2) {
            sched_remove(place);
            for (int j = 0; j < lengths[place->rank]; j++)
                if (lists[place->rank][j] == i) {
                    pull(place->rank, j);
                    break;
                }
        } else if (!ring_held(&place->queue)) {
            static const int ranks[] = {0, 0, 1, 63, 64, 65, 99, 127};
            bool first = rand() % 4 == 0;

            place->rank = (uint8_t)ranks[rand() % 8];
            sched_add(place, first);
            put(i, first);
        } else if (rand() % 2) {
            struct sched_place *taken = sched_take();

            rank = best_rank();
            assert(taken == &places[lists[rank][0]] && !ring_held(&taken->queue));
            pull(rank, 0);
        }
    }
    while (best_rank() >= 0) {
        assert(sched_take() == &places[lists[best_rank()][0]]);
        pull(best_rank(), 0);
    }
    assert(sched_take() == NULL && on == 1);
}

static void test_slices(void)
{
    struct sched_queue *queue = &sched_queues[0];
    struct sched_place a = {.sliced = true}, b = a, c = a, fifo = {.rank = 5},
                       rr = {.rank = 5, .sliced = true};

    now = 100;
    disturbed = 0;
    sched_running(&a, now);
    assert(queue->slice_end == UINT64_MAX); /* nobody waits for it */
    sched_add(&b, false);
    assert(queue->slice_end == now + SLICE && asked == now + SLICE);
    timer = now + 10;
    sched_set_alarm();
    assert(asked == now + 10);
    timer = KTIMER_NEVER;
    now += SLICE / 4;
    sched_add(&c, false); /* the slice has begun */
    assert(queue->slice_end == 100 + SLICE && !disturbed);

    /* Outranked: it goes on before its equals, with what is left of its slice. */
    sched_add(&fifo, false);
    assert(disturbed == 1 && queue->outranked);
    sched_add(&a, true);
    assert(sched_take() == &fifo);
    sched_running(&fifo, now);
    assert(!queue->outranked && queue->slice_end == UINT64_MAX);
    now += 5 * SLICE;
    sched_add(&rr, false); /* an equal: no slices for this one, for ever */
    assert(disturbed == 1 && queue->slice_end == UINT64_MAX);
    assert(sched_take() == &rr);
    sched_running(&rr, now);
    assert(queue->slice_end == UINT64_MAX);
    assert(sched_take() == &a);
    sched_running(&a, now);
    assert(queue->slice_end == now + SLICE - SLICE / 4);

    /* At its end: behind its equals, with a whole slice when it comes again. */
    now = queue->slice_end;
    sched_add(&a, false);
    assert(sched_take() == &b);
    sched_running(&b, now);
    assert(queue->slice_end == now + SLICE);
    assert(sched_take() == &c && sched_take() == &a);
    sched_running(&a, now);
    assert(queue->slice_end == UINT64_MAX && sched_take() == NULL);

    /* The running one loses rank below one that is queued. */
    a.rank = 9;
    sched_running(&a, now);
    sched_add(&rr, false);
    assert(disturbed == 1);
    a.rank = 2;
    sched_running(&a, now);
    assert(disturbed == 2 && queue->outranked && sched_take() == &rr);
}

int main(void)
{
    srand(3);
    test_random();
    test_slices();
    puts("sched-preemptive: ok");
    return 0;
}
