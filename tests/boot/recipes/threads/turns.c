/* Threads that never give way still share the processor, and do not notice. */
#define _GNU_SOURCE
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

static volatile int go, done;
static volatile uint64_t turns[4];

static void *spin(void *argument)
{
    volatile uint64_t *mine = &turns[(intptr_t)argument];

    while (!done)
        ++*mine;
    return NULL;
}

/* Main itself spins until the others have come on. */
void spinning(void)
{
    pthread_t threads[4];

    done = 0;
    for (intptr_t i = 0; i < 4; i++)
        EXPECT(!pthread_create(&threads[i], NULL, spin, (void *)i));
    for (int i = 0; i < 4; i++)
        while (turns[i] < 1000) {
        }
    done = 1;
    for (int i = 0; i < 4; i++)
        EXPECT(!pthread_join(threads[i], NULL));
}

/* Keeps sums in vector registers while others do the same. */
static double sum(double start)
{
    double a = start, b = start * 2, c = start * 3, d = start * 4;

    for (int i = 0; i < 500000; i++) {
        a += 1;
        b -= 2;
        c += 3;
        d -= 4;
        __asm__ volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d));
    }
    return a + b + c + d;
}

static void *compute(void *argument)
{
    double start = (double)(intptr_t)argument;

    for (int i = 0; i < 10; i++)
        if (sum(start) != 10 * start - 2 * 500000.0)
            return (void *)1;
    return NULL;
}

void vector_registers(void)
{
    pthread_t threads[4];
    void *result;

    for (intptr_t i = 0; i < 4; i++)
        EXPECT(!pthread_create(&threads[i], NULL, compute, (void *)(i * 1000 + 1)));
    for (int i = 0; i < 4; i++)
        EXPECT(!pthread_join(threads[i], &result) && !result);
}

static void *round_up(void *argument)
{
    volatile float one = 1, three = 3;
    int mode = (intptr_t)argument % 2 ? FE_UPWARD : FE_DOWNWARD;
    float expected;

    if (fegetround() != FE_TOWARDZERO)
        return (void *)1; /* a thread begins with its creator's modes */
    fesetround(mode);
    expected = one / three;
    for (int i = 0; i < 200; i++) {
        sched_yield();
        if (fegetround() != mode || one / three != expected)
            return (void *)2;
    }
    return NULL;
}

void rounding_modes(void)
{
    pthread_t threads[4];
    void *result;

    fesetround(FE_TOWARDZERO);
    for (intptr_t i = 0; i < 4; i++)
        EXPECT(!pthread_create(&threads[i], NULL, round_up, (void *)i));
    for (int i = 0; i < 4; i++)
        EXPECT(!pthread_join(threads[i], &result) && !result);
    EXPECT(fegetround() == FE_TOWARDZERO && !fesetround(FE_TONEAREST));
}

static char journal[64];
static int written;

static void note(char what)
{
    journal[__atomic_fetch_add(&written, 1, __ATOMIC_SEQ_CST)] = what;
}

static void *urgent(void *argument)
{
    note((char)(intptr_t)argument);
    sched_yield();
    note((char)(intptr_t)argument);
    return NULL;
}

static pthread_t start(void *(*function)(void *), char name, int policy, int priority)
{
    struct sched_param parameters = {.sched_priority = priority};
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT(!pthread_attr_init(&attributes) && !pthread_attr_setschedpolicy(&attributes, policy));
    EXPECT(!pthread_attr_setschedparam(&attributes, &parameters));
    EXPECT(!pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
    EXPECT(!pthread_create(&thread, &attributes, function, (void *)(intptr_t)name));
    return thread;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *contend(void *argument)
{
    pthread_mutex_lock(&lock);
    note((char)(intptr_t)argument);
    pthread_mutex_unlock(&lock);
    return NULL;
}

void priorities(void)
{
    struct sched_param parameters = {.sched_priority = 50};
    pthread_t a, b, c;
    int policy;

    written = 0;
    /* Higher ones run at once, to their end; equal and lower ones wait. */
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters));
    a = start(urgent, 'a', SCHED_FIFO, 50);
    b = start(urgent, 'b', SCHED_FIFO, 60);
    c = start(urgent, 'c', SCHED_RR, 40);
    note('m');
    EXPECT(!pthread_join(c, NULL) && !pthread_join(a, NULL) && !pthread_join(b, NULL));
    journal[written] = '\0';
    EXPECT(journal[0] == 'b' && journal[1] == 'b' && journal[2] == 'm' && journal[3] == 'a' &&
           journal[4] == 'a');
    EXPECT(journal[5] == 'c' && journal[6] == 'c' && written == 7);

    /* Who waits for a futex is woken in the order of priority. */
    written = 0;
    pthread_mutex_lock(&lock);
    a = start(contend, 'a', SCHED_FIFO, 51);
    b = start(contend, 'b', SCHED_FIFO, 53);
    c = start(contend, 'c', SCHED_FIFO, 52);
    note('m');
    pthread_mutex_unlock(&lock);
    EXPECT(!pthread_join(a, NULL) && !pthread_join(b, NULL) && !pthread_join(c, NULL));
    journal[written] = '\0';
    EXPECT(written == 4 && journal[0] == 'm' && journal[1] == 'b' && journal[2] == 'c' && journal[3] == 'a');

    EXPECT(!pthread_getschedparam(pthread_self(), &policy, &parameters));
    EXPECT(policy == SCHED_FIFO && parameters.sched_priority == 50);
    parameters.sched_priority = 0;
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters));
    parameters.sched_priority = 100;
    EXPECT(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) != 0);
}

/* Two equals of a real-time policy with slices take turns; an ordinary thread gets none meanwhile. */
void round_robin(void)
{
    struct timespec interval;
    struct sched_param parameters = {.sched_priority = 50};
    pthread_t a, b, c;

    done = 0;
    turns[0] = turns[1] = turns[2] = 0;
    EXPECT(!sched_rr_get_interval(0, &interval) && (interval.tv_nsec || interval.tv_sec));
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters));
    a = start(spin, 0, SCHED_RR, 10);
    b = start(spin, 1, SCHED_RR, 10);
    c = start(spin, 2, SCHED_OTHER, 0);
    while (turns[0] < 1000 || turns[1] < 1000)
        usleep(1000);
    EXPECT(turns[2] == 0);
    done = 1;
    EXPECT(!pthread_join(a, NULL) && !pthread_join(b, NULL) && !pthread_join(c, NULL));
    parameters.sched_priority = 0;
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters));
}
