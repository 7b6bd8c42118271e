/* Who holds a mutex that inherits priorities runs at the priority of who waits for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

static pthread_mutex_t locks[2];
static sem_t held, finish;
static char journal[32];
static int written;
static volatile int stop;

static void note(char what)
{
    journal[__atomic_fetch_add(&written, 1, __ATOMIC_SEQ_CST)] = what;
}

static void make(pthread_mutex_t *lock, int robust)
{
    pthread_mutexattr_t attributes;

    EXPECT(!pthread_mutexattr_init(&attributes));
    EXPECT(!pthread_mutexattr_settype(&attributes,
                                      PTHREAD_MUTEX_ERRORCHECK)); /* musl tells deadlocks only then */
    EXPECT(!pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
    EXPECT(!pthread_mutexattr_setrobust(&attributes, robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED));
    EXPECT(!pthread_mutex_init(lock, &attributes));
}

static pthread_t start(int priority, void *(*run)(void *), void *argument)
{
    struct sched_param parameters = {.sched_priority = priority};
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT(!pthread_attr_init(&attributes));
    EXPECT(!pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
    EXPECT(!pthread_attr_setschedpolicy(&attributes, SCHED_FIFO));
    EXPECT(!pthread_attr_setschedparam(&attributes, &parameters));
    EXPECT(!pthread_create(&thread, &attributes, run, argument));
    return thread;
}

/* Each thread holds its lock, lets the others begin, and then takes the lock above, if there is one. */
static void *hold(void *argument)
{
    intptr_t which = (intptr_t)argument;

    EXPECT(!pthread_mutex_lock(&locks[which]));
    sem_post(&held);
    sem_wait(&finish);
    if (which > 0) {
        EXPECT(!pthread_mutex_lock(&locks[which - 1]));
        EXPECT(!pthread_mutex_unlock(&locks[which - 1]));
    }
    note((char)('a' + which));
    EXPECT(!pthread_mutex_unlock(&locks[which]));
    return NULL;
}

static void *spin(void *argument)
{
    while (!stop) {
    }
    note('m');
    return argument;
}

static void *want(void *argument)
{
    EXPECT(!pthread_mutex_lock(&locks[(intptr_t)argument]));
    note('h');
    stop = 1;
    EXPECT(!pthread_mutex_unlock(&locks[(intptr_t)argument]));
    return NULL;
}

/*
 * Low holds; high waits for it, through a chain of two; medium spins until high has had its turn, which never
 * comes unless low, and who is between, run before medium.
 */
void priority_inheritance(void)
{
    struct sched_param first = {.sched_priority = 50}, ordinary = {0};
    pthread_t threads[4];

    sem_init(&held, 0, 0);
    sem_init(&finish, 0, 0);
    make(&locks[0], 0);
    make(&locks[1], 0);
    written = stop = 0;
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_FIFO, &first));
    threads[0] = start(1, hold, (void *)0);
    threads[1] = start(2, hold, (void *)1);
    sem_wait(&held);
    sem_wait(&held);
    threads[2] = start(20, spin, NULL);
    threads[3] = start(30, want, (void *)1);
    sem_post(&finish);
    sem_post(&finish);
    for (int i = 0; i < 4; i++)
        EXPECT(!pthread_join(threads[i], NULL));
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_OTHER, &ordinary));
    journal[written] = 0;
    EXPECT(!strcmp(journal, "abhm"));
}

static void *end_holding(void *argument)
{
    EXPECT(!pthread_mutex_lock(&locks[0]));
    sem_post(&held);
    usleep(1000);
    return argument;
}

static void *other_way(void *argument)
{
    EXPECT(!pthread_mutex_lock(&locks[1]));
    sem_post(&held);
    EXPECT(!pthread_mutex_lock(&locks[0]));
    EXPECT(!pthread_mutex_unlock(&locks[0]));
    EXPECT(!pthread_mutex_unlock(&locks[1]));
    return argument;
}

/* Owners that end, waits that end, and waits that never would. */
void inheriting_mutexes(void)
{
    struct timespec soon;
    pthread_t thread;

    make(&locks[0], 1);
    make(&locks[1], 0);
    sem_init(&held, 0, 0);
    EXPECT(!pthread_create(&thread, NULL, end_holding, NULL));
    sem_wait(&held);
    EXPECT(pthread_mutex_trylock(&locks[0]) == EBUSY);
    EXPECT(pthread_mutex_lock(&locks[0]) == EOWNERDEAD);
    EXPECT(!pthread_mutex_consistent(&locks[0]) && !pthread_mutex_unlock(&locks[0]));
    EXPECT(!pthread_join(thread, NULL));

    EXPECT(!pthread_mutex_lock(&locks[0]));
    EXPECT(!pthread_create(&thread, NULL, other_way, NULL));
    sem_wait(&held);
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec += 100;
    usleep(1000);
    EXPECT(pthread_mutex_timedlock(&locks[1], &soon) == EDEADLK);
    EXPECT(!pthread_mutex_unlock(&locks[0]));
    EXPECT(!pthread_join(thread, NULL));
    EXPECT(!pthread_mutex_lock(&locks[1]) && !pthread_mutex_unlock(&locks[1]));
}
