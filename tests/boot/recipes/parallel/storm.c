/* What threads do to each other by the kernel: locks, conditions, beginnings and ends, from all processors.
 */
#include "cases.h"

#define THREADS 8
#define ROUNDS (400 * often)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long counter, baton;
static atomic_int used;

static void *contend(void *argument)
{
    pin((int)(intptr_t)argument % processors());
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT(pthread_mutex_lock(&mutex) == 0);
        long before = counter;
        if (i % 64 == 0)
            sched_yield(); /* with the lock held: others wait in the kernel */
        counter = before + 1;
        EXPECT(pthread_mutex_unlock(&mutex) == 0);
        atomic_fetch_or(&used, 1 << sched_getcpu());
    }
    return NULL;
}

static void *pass_on(void *argument)
{
    long self = (intptr_t)argument;

    EXPECT(pthread_mutex_lock(&mutex) == 0);
    for (int i = 0; i < ROUNDS / THREADS; i++) {
        while (baton % THREADS != self)
            EXPECT(pthread_cond_wait(&changed, &mutex) == 0);
        baton++;
        EXPECT(pthread_cond_broadcast(&changed) == 0);
    }
    EXPECT(pthread_mutex_unlock(&mutex) == 0);
    return NULL;
}

static void all_of(void *(*function)(void *))
{
    pthread_t threads[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        threads[i] = begin(function, (void *)i);
    for (int i = 0; i < THREADS; i++)
        end(threads[i]);
}

void locks(void)
{
    all_of(contend);
    EXPECT(counter == (long)THREADS * ROUNDS);
    EXPECT(used == (1 << processors()) - 1);
    all_of(pass_on);
    EXPECT(baton == ROUNDS / THREADS * THREADS);
}

#define STACK 16384

static atomic_long lived;

static void *live(void *argument)
{
    lived += (intptr_t)argument;
    return NULL;
}

/* Threads one after the other on one stack, which is written to as soon as the C library says that the last
 * thread has ended. Others are detached. */
static void *start_many(void *argument)
{
    unsigned char *stack = aligned_alloc(4096, STACK);
    pthread_attr_t own, detached;

    (void)argument;
    EXPECT(stack != NULL);
    pthread_attr_init(&own);
    pthread_attr_setstack(&own, stack, STACK);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 5 * often; i++) {
        pthread_t thread;

        EXPECT(pthread_create(&thread, &own, live, (void *)1) == 0);
        EXPECT(pthread_join(thread, NULL) == 0);
        memset(stack, 0xa5, STACK);
        while (pthread_create(&thread, &detached, live, (void *)1) != 0)
            sched_yield();
    }
    free(stack);
    return NULL;
}

void lives(void)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = begin(start_many, NULL);
    for (int i = 0; i < 3; i++)
        end(threads[i]);
    while (lived != 3 * 2 * 5 * often)
        sched_yield();
}
