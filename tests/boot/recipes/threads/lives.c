/* Threads begin, have things of their own, and end. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cases.h"

#define MANY 300

static atomic_int running;

static void *give_back(void *argument)
{
    running++;
    sched_yield();
    return (void *)((intptr_t)argument * 3);
}

void create_and_join(void)
{
    static pthread_t threads[MANY];
    pthread_attr_t attributes;
    void *result;

    EXPECT(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 16384));
    running = 0;
    for (intptr_t i = 0; i < MANY; i++)
        EXPECT(!pthread_create(&threads[i], &attributes, give_back, (void *)i));
    for (intptr_t i = MANY - 1; i >= 0; i--)
        EXPECT(!pthread_join(threads[i], &result) && (intptr_t)result == 3 * i);
    EXPECT(running == MANY);
}

/* Far more threads one after the other than memory could hold at once. */
void many_generations(void)
{
    running = 0;
    for (int i = 0; i < 3000; i++) {
        pthread_t thread;

        EXPECT(!pthread_create(&thread, NULL, give_back, NULL) && !pthread_join(thread, NULL));
    }
    EXPECT(running == 3000);
}

static void *count(void *argument)
{
    (void)argument;
    running++;
    return NULL;
}

void detached(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT(!pthread_attr_init(&attributes));
    EXPECT(!pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
    running = 0;
    for (int i = 0; i < 2000; i++) {
        EXPECT(!pthread_create(&thread, &attributes, count, NULL));
        if (i % 16 == 0)
            while (running < i)
                sched_yield();
    }
    while (running < 2000)
        sched_yield();
    EXPECT(!pthread_create(&thread, NULL, count, NULL) && !pthread_detach(thread));
    while (running < 2001)
        sched_yield();
}

static _Thread_local int counter = 7;
static _Thread_local char zeroes[300];
static _Thread_local double aligned __attribute__((aligned(64))) = 2.5;

static void *use_local(void *argument)
{
    int me = (int)(intptr_t)argument;

    for (int i = 0; i < 100; i++) {
        if (counter != 7 + i * me || zeroes[299] != (char)(i * me) || (uintptr_t)&aligned % 64 ||
            aligned != 2.5 + i)
            return (void *)1;
        counter += me;
        zeroes[299] = (char)(zeroes[299] + me);
        aligned += 1;
        sched_yield();
    }
    return NULL;
}

void thread_local_storage(void)
{
    pthread_t threads[20];
    void *result;

    for (intptr_t i = 0; i < 20; i++)
        EXPECT(!pthread_create(&threads[i], NULL, use_local, (void *)i));
    for (int i = 0; i < 20; i++)
        EXPECT(!pthread_join(threads[i], &result) && !result);
    EXPECT(counter == 7 && zeroes[299] == 0);
}

static pthread_key_t key;

static void destroy(void *value)
{
    running += (int)(intptr_t)value;
}

static void *use_key(void *argument)
{
    pthread_setspecific(key, argument);
    sched_yield();
    return pthread_getspecific(key) == argument ? NULL : argument;
}

void specific_data(void)
{
    pthread_t threads[10];
    void *result;

    running = 0;
    EXPECT(!pthread_key_create(&key, destroy));
    for (intptr_t i = 1; i <= 10; i++)
        EXPECT(!pthread_create(&threads[i - 1], NULL, use_key, (void *)i));
    for (int i = 0; i < 10; i++)
        EXPECT(!pthread_join(threads[i], &result) && !result);
    EXPECT(running == 55);
}

static void *touch_stack(void *argument)
{
    volatile char deep[100000];

    memset((void *)deep, 1, sizeof deep);
    *(char **)argument = (char *)deep;
    return (void *)(intptr_t)gettid();
}

void stack_attributes(void)
{
    static char own[200000] __attribute__((aligned(4096)));
    pthread_attr_t attributes;
    pthread_t thread;
    char *seen;
    void *id;

    EXPECT(!pthread_attr_init(&attributes) && !pthread_attr_setstack(&attributes, own, sizeof own));
    EXPECT(!pthread_create(&thread, &attributes, touch_stack, &seen) && !pthread_join(thread, &id));
    EXPECT(seen >= own && seen < own + sizeof own && (intptr_t)id > 1 && gettid() == getpid());
}

static pthread_t main_thread;

static void *outlive(void *argument)
{
    (void)argument;
    EXPECT(!pthread_join(main_thread, NULL));
    printf("main_ends_first ok\n");
    return NULL;
}

void main_ends_first(void)
{
    pthread_t thread;

    main_thread = pthread_self();
    EXPECT(!pthread_create(&thread, NULL, outlive, NULL));
    pthread_exit(NULL);
}
