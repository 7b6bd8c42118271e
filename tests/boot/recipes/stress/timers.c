/* Timers that repeat, once each and many at a time, and threads that sleep: every expiration is told or
 * counted. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define REPEATING 8
#define SLEEPERS 40
#define TICK (SIGRTMIN + 3)
#define PERIOD 500000 /* nanoseconds */

static long rounds;
static pthread_t keeper, sleepers[SLEEPERS];
static timer_t made[REPEATING];
static atomic_long ticks[REPEATING], naps;

static void tick(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_TIMER);
    int which = info->si_value.sival_int;
    ticks[which] += 1 + info->si_overrun; /* timer_getoverrun() may tell of a later one */
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void *keep(void *argument)
{
    struct itimerspec every = {{0, PERIOD}, {0, PERIOD}}, never;
    uint64_t began, end;

    memset(&never, 0, sizeof never);
    for (int i = 0; i < REPEATING; i++) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = TICK};

        event.sigev_value.sival_int = i;
        ticks[i] = 0;
        EXPECT(!timer_create(CLOCK_MONOTONIC, &event, &made[i]));
    }
    began = now();
    for (int i = 0; i < REPEATING; i++)
        EXPECT(!timer_settime(made[i], 0, &every, NULL));
    for (long i = 0; i < rounds; i++) {
        struct timespec step = {0, 50000000};

        while (nanosleep(&step, &step))
            EXPECT(errno == EINTR);
    }
    for (int i = 0; i < REPEATING; i++)
        EXPECT(!timer_settime(made[i], 0, &never, NULL));
    end = now();
    usleep(20000); /* what waits is delivered */
    for (int i = 0; i < REPEATING; i++) {
        EXPECT(!timer_delete(made[i]));
        EXPECT(ticks[i] > 0 && ticks[i] <= (long)((end - began) / PERIOD) + 1);
    }
    return argument;
}

/* Never too short. */
static void *nap(void *argument)
{
    uint32_t random = (uint32_t)(intptr_t)argument;

    for (long i = 0; i < rounds * 4; i++) {
        struct timespec length = {0, next_random(&random) % 3000000};
        uint64_t begin = now(), wanted = (uint64_t)length.tv_nsec;

        while (nanosleep(&length, &length))
            EXPECT(errno == EINTR);
        EXPECT(now() - begin >= wanted);
        naps++;
    }
    return NULL;
}

static void start(long work)
{
    struct sigaction action = {.sa_sigaction = tick, .sa_flags = SA_SIGINFO | SA_RESTART};

    rounds = work;
    naps = 0;
    EXPECT(!sigaction(TICK, &action, NULL));
    keeper = begin(keep, NULL);
    for (intptr_t i = 0; i < SLEEPERS; i++)
        sleepers[i] = begin(nap, (void *)i);
}

static void finish(void)
{
    EXPECT(!pthread_join(keeper, NULL));
    for (int i = 0; i < SLEEPERS; i++)
        EXPECT(!pthread_join(sleepers[i], NULL));
    EXPECT(naps == SLEEPERS * rounds * 4);
}

const struct kind timers = {"timers", start, finish};
