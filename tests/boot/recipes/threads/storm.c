/* Many threads, few locks, no mercy: whatever gets lost shows in the sums, or as a hang. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#define FUTEX_WAIT 0 /* Linux, include/uapi/linux/futex.h */
#define FUTEX_WAKE 1

#define THREADS 200
#define LOCKS 3
#define ROUNDS 60

static pthread_mutex_t locks[LOCKS];
static pthread_cond_t changed[LOCKS];
static long guarded[LOCKS];
static long tokens;
static volatile long finished;

static void *storm(void *argument)
{
    unsigned random = (unsigned)(intptr_t)argument * 2654435761u + 1;

    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525 + 1013904223;
        unsigned which = (random >> 16) % LOCKS;
        struct timespec soon;

        pthread_mutex_lock(&locks[which]);
        long seen = guarded[which];
        switch (random >> 28) {
        case 0:
            sched_yield();
            break;
        case 1:
            clock_gettime(CLOCK_REALTIME, &soon);
            soon.tv_nsec += (long)(random >> 12 & 0xffff);
            if (soon.tv_nsec >= 1000000000) {
                soon.tv_nsec -= 1000000000;
                soon.tv_sec++;
            }
            pthread_cond_timedwait(&changed[which], &locks[which], &soon);
            seen = guarded[which];
            break;
        case 2:
            for (volatile int i = 0; i < 2000; i++) {
            }
            break;
        }
        guarded[which] = seen + 1;
        if (random >> 30 == 3)
            pthread_cond_broadcast(&changed[which]);
        else
            pthread_cond_signal(&changed[which]);
        pthread_mutex_unlock(&locks[which]);
        if ((random >> 20) % 61 == 0)
            usleep(random >> 24);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* A token goes round from futex to futex; every wake counts. */
static uint32_t words[8];

static void *pass(void *argument)
{
    intptr_t me = (intptr_t)argument;
    uint32_t *mine = &words[me], *next = &words[(me + 1) % 8];

    for (int i = 0; i < 500; i++) {
        while (!__atomic_load_n(mine, __ATOMIC_SEQ_CST))
            syscall(SYS_futex, mine, FUTEX_WAIT, 0, NULL);
        __atomic_store_n(mine, 0, __ATOMIC_SEQ_CST);
        tokens++;
        __atomic_store_n(next, 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, next, FUTEX_WAKE, 1);
    }
    return NULL;
}

void futex_storm(void)
{
    static pthread_t threads[THREADS];
    pthread_attr_t attributes;
    long sum = 0;

    finished = tokens = 0;
    EXPECT(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 16384));
    for (int i = 0; i < LOCKS; i++)
        EXPECT(!pthread_mutex_init(&locks[i], NULL) && !pthread_cond_init(&changed[i], NULL) &&
               !(guarded[i] = 0));
    for (intptr_t i = 0; i < THREADS; i++)
        EXPECT(!pthread_create(&threads[i], &attributes, storm, (void *)i));
    for (int i = 0; i < THREADS; i++)
        EXPECT(!pthread_join(threads[i], NULL));
    for (int i = 0; i < LOCKS; i++)
        sum += guarded[i];
    EXPECT(finished == THREADS && sum == THREADS * ROUNDS);

    words[0] = 1;
    for (intptr_t i = 0; i < 8; i++)
        EXPECT(!pthread_create(&threads[i], &attributes, pass, (void *)i));
    for (int i = 0; i < 8; i++)
        EXPECT(!pthread_join(threads[i], NULL));
    EXPECT(tokens == 8 * 500 && words[0] == 1);
}
