/* Hundreds of threads, few locks: tokens go round, turns are counted, waits end by wakes or by their time. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define FUTEX_WAIT 0 /* Linux, include/uapi/linux/futex.h */
#define FUTEX_WAKE 1
#define FUTEX_CMP_REQUEUE 4

#define RING 8
#define CROWD 200
#define LOCKS 4

static long rounds;
static pthread_t ring[RING], crowd[CROWD], releaser;

/* A token goes round: every wake counts, and one lost stops everything. */
static uint32_t words[RING];
static atomic_long passed;

static void *pass(void *argument)
{
    intptr_t me = (intptr_t)argument;
    uint32_t *mine = &words[me], *next = &words[(me + 1) % RING];

    for (long i = 0; i < rounds * 50; i++) {
        while (!__atomic_load_n(mine, __ATOMIC_SEQ_CST))
            syscall(SYS_futex, mine, FUTEX_WAIT, 0, NULL);
        __atomic_store_n(mine, 0, __ATOMIC_SEQ_CST);
        passed++;
        __atomic_store_n(next, 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, next, FUTEX_WAKE, 1);
    }
    return NULL;
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    long count; /* guarded by the lock */
} guarded[LOCKS];
static atomic_long additions, wanted_additions;
static sem_t tickets;
static pthread_barrier_t gate;

static void *mill_about(void *argument)
{
    uint32_t random = (uint32_t)(intptr_t)argument * 2654435761u + 1;

    pthread_barrier_wait(&gate);
    for (long i = 0; i < rounds * 3; i++) {
        unsigned which = next_random(&random) % LOCKS, what = next_random(&random) % 8;
        struct timespec soon;
        long seen;

        EXPECT(!pthread_mutex_lock(&guarded[which].lock));
        seen = guarded[which].count;
        if (what == 0) {
            sched_yield();
        } else if (what == 1) {
            clock_gettime(CLOCK_REALTIME, &soon);
            soon.tv_nsec += next_random(&random) % 200000;
            if (soon.tv_nsec >= 1000000000) {
                soon.tv_nsec -= 1000000000;
                soon.tv_sec++;
            }
            int error = pthread_cond_timedwait(&guarded[which].changed, &guarded[which].lock, &soon);
            EXPECT(!error || error == ETIMEDOUT);
            seen = guarded[which].count;
        }
        guarded[which].count = seen + 1;
        if (what & 2)
            pthread_cond_broadcast(&guarded[which].changed);
        EXPECT(!pthread_mutex_unlock(&guarded[which].lock));
        wanted_additions++;
        if (what == 7)
            usleep(next_random(&random) % 300);
    }
    while (sem_wait(&tickets) && errno == EINTR) {
    }
    additions++;
    return NULL;
}

/* Hands out one ticket for each of the crowd. */
static void *release(void *argument)
{
    for (int i = 0; i < CROWD; i++) {
        EXPECT(!sem_post(&tickets));
        if (i % 16 == 0)
            usleep(50);
    }
    return argument;
}

static void start(long work)
{
    rounds = work;
    passed = additions = wanted_additions = 0;
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&guarded[i].lock, NULL);
        pthread_cond_init(&guarded[i].changed, NULL);
        guarded[i].count = 0;
    }
    sem_init(&tickets, 0, 0);
    pthread_barrier_init(&gate, NULL, CROWD);
    words[0] = 1;
    for (intptr_t i = 0; i < RING; i++)
        ring[i] = begin(pass, (void *)i);
    for (intptr_t i = 0; i < CROWD; i++)
        crowd[i] = begin(mill_about, (void *)i);
    releaser = begin(release, NULL);
}

static void finish(void)
{
    long sum = 0;

    for (int i = 0; i < RING; i++)
        EXPECT(!pthread_join(ring[i], NULL));
    for (int i = 0; i < CROWD; i++)
        EXPECT(!pthread_join(crowd[i], NULL));
    EXPECT(!pthread_join(releaser, NULL));
    for (int i = 0; i < LOCKS; i++)
        sum += guarded[i].count;
    EXPECT(passed == RING * rounds * 50 && words[0] == 1);
    EXPECT(sum == CROWD * rounds * 3 && sum == wanted_additions && additions == CROWD);
    pthread_barrier_destroy(&gate);
}

const struct kind futexes = {"futexes", start, finish};
