/* Threads run at the same time: proved, and how much is gained. */
#include "cases.h"

#define HANDOVERS (1000 * often)
#define STEPS 400000000

static atomic_int turn;

/* Of the policy SCHED_FIFO, and of the same priority: none of them gives way to the other before it blocks,
 * which it never does. On one processor the first would spin for ever. */
static void *hand_over(void *argument)
{
    int self = (int)(intptr_t)argument;
    struct sched_param priority = {.sched_priority = 50};

    EXPECT(pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) == 0);
    pin(self);
    for (int i = 0; i < HANDOVERS; i++) {
        while (atomic_load(&turn) != self)
            continue;
        atomic_store(&turn, !self);
    }
    EXPECT(sched_getcpu() == self);
    return NULL;
}

void at_once(void)
{
    pthread_t other = begin(hand_over, (void *)1);

    end(begin(hand_over, (void *)0));
    end(other);
}

/* Where a thread may run is where it runs, and what the calls say. */
static void *wander(void *argument)
{
    int count = processors();
    cpu_set_t set;

    (void)argument;
    for (int i = 0; i < 5 * often * count; i++) {
        pin(i % count);
        EXPECT(sched_getaffinity(0, sizeof set, &set) == 0);
        EXPECT(CPU_COUNT(&set) == 1 && CPU_ISSET(i % count, &set));
    }
    return NULL;
}

/* Moved by others while it computes, and while it sleeps. */
static atomic_bool over;

static void *be_moved(void *argument)
{
    int *seen = argument;

    while (!over)
        seen[sched_getcpu()]++;
    return NULL;
}

void apart(void)
{
    int count = processors(), seen[8] = {0};
    pthread_t threads[4], moved;
    cpu_set_t set;

    EXPECT(count >= 2);
    for (int i = 0; i < 4; i++)
        threads[i] = begin(wander, NULL);
    for (int i = 0; i < 4; i++)
        end(threads[i]);

    moved = begin(be_moved, seen);
    for (int i = 0; i < 3 * count; i++) {
        int before = seen[i % count];

        CPU_ZERO(&set);
        CPU_SET(i % count, &set);
        EXPECT(pthread_setaffinity_np(moved, sizeof set, &set) == 0);
        while (*(volatile int *)&seen[i % count] == before)
            usleep(1000);
    }
    over = true;
    end(moved);

    CPU_ZERO(&set);
    EXPECT(sched_setaffinity(0, sizeof set, &set) == -1 && errno == EINVAL);
    CPU_SET(count, &set); /* there is none of that number */
    EXPECT(sched_setaffinity(0, sizeof set, &set) == -1 && errno == EINVAL);
    EXPECT(sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) == count);
}

static void *compute(void *argument)
{
    volatile uint32_t *result = argument;
    uint32_t x = 1;

    for (int i = 0; i < STEPS; i++)
        x = x * 1664525 + 1013904223;
    *result = x;
    return NULL;
}

static double seconds_of(int threads)
{
    pthread_t started[8];
    uint32_t results[8];
    struct timespec a, b;

    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < threads; i++)
        started[i] = begin(compute, &results[i]);
    for (int i = 0; i < threads; i++)
        end(started[i]);
    clock_gettime(CLOCK_MONOTONIC, &b);
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

void speed(void)
{
    int count = processors();

    seconds_of(1);
    double one = seconds_of(1), all = seconds_of(count);
    printf("one thread %.3f s, %d threads %.3f s: %.2f times the work in a second\n", one, count, all,
           count * one / all);
}
