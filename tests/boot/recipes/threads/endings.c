/* Threads that are ended by others, die with a lock, wait for ever, or run over their stack. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
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

static void *spin_asynchronously(void *argument)
{
    int before;

    (void)argument;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
    pthread_cleanup_push(clean, &(int){1});
    started++;
    for (;;) {
    }
    pthread_cleanup_pop(0);
    return NULL;
}

void asynchronous_cancellation(void)
{
    cancel(spin_asynchronously, NULL);
}

static volatile pthread_t handled_by;
static volatile int handled;

static void on_signal(int signal)
{
    handled_by = pthread_self();
    handled += signal;
}

static void *spin_until_signal(void *argument)
{
    (void)argument;
    started++;
    while (!handled) {
    }
    return NULL;
}

static void *sleep_until_signal(void *argument)
{
    (void)argument;
    started++;
    return usleep(30000000) == -1 && errno == EINTR && handled ? NULL : (void *)1;
}

/* A signal reaches its thread whatever that does: it computes, it sleeps, it blocks signals for now. */
void signals_to_threads(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    void *(*const threads[])(void *) = {spin_until_signal, sleep_until_signal};
    pthread_t thread;
    sigset_t set;
    void *result;

    EXPECT(!sigaction(SIGUSR1, &action, NULL));
    for (int i = 0; i < 2; i++) {
        started = handled = 0;
        EXPECT(!pthread_create(&thread, NULL, threads[i], NULL));
        while (!started)
            sched_yield();
        usleep(1000);
        EXPECT(!pthread_kill(thread, SIGUSR1) && !pthread_join(thread, &result) && !result);
        EXPECT(handled == SIGUSR1 && pthread_equal(handled_by, thread));
    }
    handled = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    EXPECT(!pthread_sigmask(SIG_BLOCK, &set, NULL) && !kill(getpid(), SIGUSR1) && !handled);
    EXPECT(!sigpending(&set) && sigismember(&set, SIGUSR1));
    EXPECT(!pthread_sigmask(SIG_UNBLOCK, &set, NULL) && handled == SIGUSR1);
    EXPECT(pthread_equal(handled_by, pthread_self()));
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
    EXPECT(!pthread_mutex_lock(&other));
}

void self_deadlock(void)
{
    pthread_mutex_lock(&one);
    EXPECT(!pthread_mutex_lock(&one));
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
