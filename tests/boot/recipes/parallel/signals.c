/* Signals from one processor to another, faults on all at once, and registers that threads take along. */
#include "cases.h"

#define ROUNDS (40 * often)

static atomic_int handled[8], handled_at;
static atomic_bool over;
static _Thread_local int self;

static void count(int signal)
{
    (void)signal;
    handled_at = sched_getcpu();
    handled[self]++;
}

static void *spin(void *argument)
{
    self = (int)(intptr_t)argument;
    pin(self % processors());
    handled[self] = 0;
    while (!over)
        continue;
    return NULL;
}

void between(void)
{
    int all = processors();
    struct sigaction action = {.sa_handler = count};
    pthread_t threads[8];

    EXPECT(sigaction(SIGUSR1, &action, NULL) == 0);
    for (int i = 0; i < all; i++)
        handled[i] = -1;
    for (int i = 1; i < all; i++)
        threads[i] = begin(spin, (void *)(intptr_t)i);
    for (int i = 1; i < all; i++)
        while (handled[i] < 0)
            sched_yield();
    for (int i = 0; i < ROUNDS; i++) {
        int to = 1 + i % (all - 1), before = handled[to];

        EXPECT(pthread_kill(threads[to], SIGUSR1) == 0);
        while (handled[to] == before)
            continue;
        EXPECT(handled_at == to);
    }
    over = true;
    for (int i = 1; i < all; i++)
        end(threads[i]);
}

static _Thread_local sigjmp_buf back;
static _Thread_local char *wanted;

static void fault(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_addr == wanted);
    siglongjmp(back, 1);
}

static void *fail_often(void *argument)
{
    for (volatile int i = 0; i < ROUNDS; i++) {
        wanted = (char *)argument + i % 512;
        if (sigsetjmp(back, 1))
            continue;
        *(volatile char *)wanted = 1;
        EXPECT(!"written");
    }
    return NULL;
}

void faults(void)
{
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    pthread_t threads[4];

    EXPECT(sigaction(SIGSEGV, &action, NULL) == 0);
    for (intptr_t i = 0; i < 4; i++)
        threads[i] = begin(fail_often, (void *)(16 + 1000 * i));
    for (int i = 0; i < 4; i++)
        end(threads[i]);
}

/* More threads than processors: they are interrupted, and go on wherever there is room. */
static void *series(void *argument)
{
    double a = 1.0 + (double)(intptr_t)argument, sum = 0, *result = malloc(sizeof *result);
    float b = 0.5f;

    for (int i = 0; i < 400000; i++) {
        sum += a * b;
        b = b * 0.99999f + 0.00001f;
        a = a * 1.0000001;
    }
    *result = sum;
    return result;
}

void vectors(void)
{
    int all = 3 * processors();
    pthread_t threads[24];

    for (int i = 0; i < all; i++)
        threads[i] = begin(series, (void *)(intptr_t)(i % 2));
    double *expected[2] = {series((void *)0), series((void *)1)};
    for (int i = 0; i < all; i++) {
        void *result;

        EXPECT(pthread_join(threads[i], &result) == 0);
        EXPECT(*(double *)result == *expected[i % 2]);
        free(result);
    }
    free(expected[0]);
    free(expected[1]);
}
