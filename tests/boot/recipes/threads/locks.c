/* Threads wait for each other, and for time. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#define WORKERS 8

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static volatile int shared;

static void run(void *(*function)(void *), int count)
{
    pthread_t threads[WORKERS];

    for (intptr_t i = 0; i < count; i++)
        EXPECT(!pthread_create(&threads[i], NULL, function, (void *)i));
    for (int i = 0; i < count; i++) {
        void *result;

        EXPECT(!pthread_join(threads[i], &result) && !result);
    }
}

static void *add(void *argument)
{
    (void)argument;
    for (int i = 0; i < 500; i++) {
        pthread_mutex_lock(&mutex);
        int seen = shared;
        if (i % 50 == 0)
            sched_yield();
        shared = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

void mutexes(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t other;

    shared = 0;
    run(add, WORKERS);
    EXPECT(shared == WORKERS * 500);

    EXPECT(!pthread_mutexattr_init(&attributes));
    EXPECT(!pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK));
    EXPECT(!pthread_mutex_init(&other, &attributes) && !pthread_mutex_lock(&other));
    EXPECT(pthread_mutex_lock(&other) == EDEADLK && !pthread_mutex_unlock(&other));
    EXPECT(pthread_mutex_unlock(&other) == EPERM);
    EXPECT(!pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE));
    EXPECT(!pthread_mutex_init(&other, &attributes));
    EXPECT(!pthread_mutex_lock(&other) && !pthread_mutex_lock(&other) && !pthread_mutex_trylock(&other));
    for (int i = 0; i < 3; i++)
        EXPECT(!pthread_mutex_unlock(&other));
}

static void *play(void *argument)
{
    int me = (int)(intptr_t)argument;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < 2000; i++) {
        while (shared % 2 != me)
            pthread_cond_wait(&condition, &mutex);
        shared++;
        pthread_cond_signal(&condition);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void condition_ping_pong(void)
{
    shared = 0;
    run(play, 2);
    EXPECT(shared == 4000);
}

static pthread_barrier_t barrier;
static int rounds[WORKERS];

static void *meet(void *argument)
{
    int me = (int)(intptr_t)argument, serial = 0;

    for (int round = 0; round < 100; round++) {
        rounds[me] = round;
        serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        for (int i = 0; i < WORKERS; i++)
            if (rounds[i] != round)
                return (void *)1;
        pthread_barrier_wait(&barrier);
    }
    __atomic_fetch_add(&shared, serial, __ATOMIC_SEQ_CST);
    return NULL;
}

void barriers(void)
{
    shared = 0;
    EXPECT(!pthread_barrier_init(&barrier, NULL, WORKERS));
    run(meet, WORKERS);
    EXPECT(shared == 100 && !pthread_barrier_destroy(&barrier));
}

static sem_t free_places, full_places;
static int ring[4], in, out;

static void *produce(void *argument)
{
    (void)argument;
    for (int i = 1; i <= 300; i++) {
        sem_wait(&free_places);
        pthread_mutex_lock(&mutex);
        ring[in++ % 4] = i;
        pthread_mutex_unlock(&mutex);
        sem_post(&full_places);
    }
    return NULL;
}

static void *consume(void *argument)
{
    (void)argument;
    for (int i = 1; i <= 300; i++) {
        sem_wait(&full_places);
        pthread_mutex_lock(&mutex);
        shared += ring[out++ % 4];
        pthread_mutex_unlock(&mutex);
        sem_post(&free_places);
    }
    return NULL;
}

static void *either(void *argument)
{
    return (intptr_t)argument % 2 ? produce(argument) : consume(argument);
}

void semaphores(void)
{
    struct timespec past = {1, 0};
    int value;

    shared = 0;
    EXPECT(!sem_init(&free_places, 0, 4) && !sem_init(&full_places, 0, 0));
    run(either, WORKERS);
    EXPECT(shared == WORKERS / 2 * 300 * 301 / 2);
    EXPECT(!sem_getvalue(&free_places, &value) && value == 4);
    EXPECT(sem_trywait(&full_places) == -1 && errno == EAGAIN);
    EXPECT(sem_timedwait(&full_places, &past) == -1 && errno == ETIMEDOUT);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int readers, most_readers;

static void *read_or_write(void *argument)
{
    for (int i = 0; i < 200; i++) {
        if ((intptr_t)argument < 2) {
            pthread_rwlock_wrlock(&rwlock);
            int seen = shared;
            if (readers)
                return (void *)1;
            sched_yield();
            shared = seen + 1;
        } else {
            pthread_rwlock_rdlock(&rwlock);
            int seen = shared, now = __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
            if (now > most_readers)
                most_readers = now;
            sched_yield();
            if (shared != seen)
                return (void *)2;
            __atomic_sub_fetch(&readers, 1, __ATOMIC_SEQ_CST);
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return NULL;
}

void rwlocks(void)
{
    shared = 0;
    run(read_or_write, WORKERS);
    EXPECT(shared == 400 && most_readers > 1);
    EXPECT(!pthread_rwlock_tryrdlock(&rwlock) && pthread_rwlock_trywrlock(&rwlock) == EBUSY);
    EXPECT(!pthread_rwlock_unlock(&rwlock));
}

static pthread_once_t first = PTHREAD_ONCE_INIT;

static void initialise(void)
{
    sched_yield();
    shared++;
    sched_yield();
}

static void *want(void *argument)
{
    (void)argument;
    pthread_once(&first, initialise);
    return shared == 1 ? NULL : (void *)1;
}

void once(void)
{
    shared = 0;
    run(want, WORKERS);
}

static int64_t now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static struct timespec in_milliseconds(clockid_t clock, int milliseconds)
{
    int64_t then = now(clock) + milliseconds * INT64_C(1000000);

    return (struct timespec){then / 1000000000, then % 1000000000};
}

static void *hold(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    shared = 1;
    usleep(50000);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void timed_waits(void)
{
    pthread_condattr_t attributes;
    pthread_cond_t monotonic;
    pthread_t holder;
    int64_t start;

    shared = 0;
    EXPECT(!pthread_create(&holder, NULL, hold, NULL));
    while (!shared)
        sched_yield();
    start = now(CLOCK_MONOTONIC);
    struct timespec soon = in_milliseconds(CLOCK_REALTIME, 10), late = in_milliseconds(CLOCK_REALTIME, 30000);
    EXPECT(pthread_mutex_timedlock(&mutex, &soon) == ETIMEDOUT && now(CLOCK_MONOTONIC) - start >= 9000000);
    EXPECT(!pthread_mutex_timedlock(&mutex, &late) && now(CLOCK_MONOTONIC) - start < INT64_C(20000000000));

    start = now(CLOCK_MONOTONIC);
    soon = in_milliseconds(CLOCK_REALTIME, 10);
    EXPECT(pthread_cond_timedwait(&condition, &mutex, &soon) == ETIMEDOUT);
    EXPECT(now(CLOCK_MONOTONIC) - start >= 9000000);
    EXPECT(!pthread_condattr_init(&attributes) && !pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    EXPECT(!pthread_cond_init(&monotonic, &attributes));
    soon = in_milliseconds(CLOCK_MONOTONIC, 10);
    EXPECT(pthread_cond_timedwait(&monotonic, &mutex, &soon) == ETIMEDOUT);
    EXPECT(now(CLOCK_MONOTONIC) - start >= 19000000);
    EXPECT(!pthread_mutex_unlock(&mutex) && !pthread_join(holder, NULL));
}

static int order[WORKERS];

static void *sleep_for(void *argument)
{
    int me = (int)(intptr_t)argument;

    usleep((useconds_t)(20000 * (WORKERS - me)));
    order[__atomic_fetch_add(&shared, 1, __ATOMIC_SEQ_CST)] = me;
    return NULL;
}

/* The sleeps run at the same time, and end in the order of their lengths. */
void sleeps(void)
{
    struct timespec time = {0, 1000000};
    int64_t start = now(CLOCK_MONOTONIC);

    shared = 0;
    run(sleep_for, WORKERS);
    EXPECT(now(CLOCK_MONOTONIC) - start >= 20000000 * WORKERS);
    for (int i = 0; i < WORKERS; i++)
        EXPECT(order[i] == WORKERS - 1 - i);
    start = now(CLOCK_MONOTONIC);
    EXPECT(!clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) && now(CLOCK_MONOTONIC) - start >= 1000000);
}

static void *speak(void *argument)
{
    usleep(20000);
    puts("meanwhile");
    return argument;
}

/* Who waits for input lets the others run: the input comes when one of them has said something. */
void reading(void)
{
    pthread_t thread;
    char line[16];

    EXPECT(!pthread_create(&thread, NULL, speak, NULL));
    EXPECT(read(0, line, sizeof line) > 0 && line[0] == 'x' && !pthread_join(thread, NULL));
}
