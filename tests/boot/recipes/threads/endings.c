/* Threads that are ended by others, die with a lock, wait for ever, or run over their stack. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

#include "cases.h"

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static volatile int started, cleaned;

static void clean(void *argument)
{
    cleaned += *(int *)argument;
}

static void unlock(void *argument)
{
    cleaned++;
    pthread_mutex_unlock(argument);
}

static void *wait_for_ever(void *argument)
{
    static int one_time = 1;
    sem_t *semaphore = argument;

    pthread_cleanup_push(clean, &one_time);
    started++;
    sem_wait(semaphore);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *wait_for_condition(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&one);
    pthread_cleanup_push(unlock, &one);
    started++;
    for (;;)
        pthread_cond_wait(&never, &one);
    pthread_cleanup_pop(0);
    return NULL;
}

static void *never_look(void *argument)
{
    int before;

    (void)argument;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    started++;
    usleep(20000);
    cleaned++;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    for (;;)
        pthread_testcancel();
    return NULL;
}

static void cancel(void *(*function)(void *), void *argument)
{
    pthread_t thread;
    void *result;

    started = cleaned = 0;
    EXPECT(!pthread_create(&thread, NULL, function, argument));
    while (!started)
        sched_yield();
    usleep(1000);
    EXPECT(!pthread_cancel(thread) && !pthread_join(thread, &result));
    EXPECT(result == PTHREAD_CANCELED && cleaned == 1);
}

void cancellation(void)
{
    sem_t semaphore;

    EXPECT(!sem_init(&semaphore, 0, 0));
    cancel(wait_for_ever, &semaphore);
    cancel(wait_for_condition, NULL);
    EXPECT(!pthread_mutex_trylock(&one) && !pthread_mutex_unlock(&one));
    cancel(never_look, NULL);
}

static void *die_with_lock(void *argument)
{
    EXPECT(!pthread_mutex_lock(argument));
    started++;
    usleep(20000);
    return NULL;
}

void robust_mutexes(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t mutex;
    pthread_t thread;

    EXPECT(!pthread_mutexattr_init(&attributes));
    EXPECT(!pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    for (int shared = 0; shared < 2; shared++) {
        EXPECT(!pthread_mutexattr_setpshared(&attributes, shared));
        EXPECT(!pthread_mutex_init(&mutex, &attributes));
        started = 0;
        EXPECT(!pthread_create(&thread, NULL, die_with_lock, &mutex));
        while (!started)
            sched_yield();
        EXPECT(pthread_mutex_lock(&mutex) == EOWNERDEAD && !pthread_mutex_consistent(&mutex));
        EXPECT(!pthread_mutex_unlock(&mutex) && !pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex));
        EXPECT(!pthread_join(thread, NULL) && !pthread_mutex_destroy(&mutex));
    }
}

static void *leave(void *argument)
{
    (void)argument;
    exit(23);
}

void exit_from_a_thread(void)
{
    pthread_t thread;

    EXPECT(!pthread_create(&thread, NULL, leave, NULL));
    for (;;)
        sleep(1);
}

static void *cross(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&other);
    sched_yield();
    pthread_mutex_lock(&one);
    return NULL;
}

void deadlock(void)
{
    pthread_t thread;

    pthread_mutex_lock(&one);
    EXPECT(!pthread_create(&thread, NULL, cross, NULL));
    usleep(10000);
    pthread_mutex_lock(&other);
}

void self_deadlock(void)
{
    pthread_mutex_lock(&one);
    pthread_mutex_lock(&one);
}

static int descend(int depth)
{
    volatile char frame[256];

    frame[0] = (char)depth;
    return descend(depth + 1) + frame[0];
}

static void *run_over(void *argument)
{
    (void)argument;
    descend(0);
    return NULL;
}

void stack_overflow(void)
{
    pthread_t thread;

    EXPECT(!pthread_create(&thread, NULL, run_over, NULL));
    pthread_join(thread, NULL);
}
