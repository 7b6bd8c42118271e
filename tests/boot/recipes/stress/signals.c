/* Threads send each other signals; queued ones must all come, with their values; calls are interrupted by
 * them. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define RECEIVERS 6
#define SENDERS 3
#define QUEUED (SIGRTMIN + 2)
#define POKE SIGUSR1

static long rounds;
static pthread_t receivers[RECEIVERS], senders[SENDERS];
static atomic_long sent, received, sum_sent, sum_received, pokes, interrupted;
static atomic_bool over;

static void queued(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_QUEUE);
    received++;
    sum_received += info->si_value.sival_int;
}

static void poked(int signal)
{
    (void)signal;
    pokes++;
}

/* It waits in calls, and computes between them; vector registers must survive what interrupts it. */
static void *receive(void *argument)
{
    uint32_t random = (uint32_t)(intptr_t)argument + 99;
    volatile double kept = 1.5;

    while (!over) {
        struct timespec nap = {0, next_random(&random) % 400000};
        double sum = 0;

        if (nanosleep(&nap, NULL)) {
            EXPECT(errno == EINTR);
            interrupted++;
        }
        for (int i = 0; i < 300; i++)
            sum += kept;
        EXPECT(sum == 450.0);
    }
    return NULL;
}

static void *send(void *argument)
{
    uint32_t random = (uint32_t)(intptr_t)argument + 7;

    for (long i = 0; i < rounds * 20; i++) {
        int value = (int)(next_random(&random) % 1000);

        while (sigqueue(getpid(), QUEUED, (union sigval){.sival_int = value})) {
            EXPECT(errno == EAGAIN); /* too many wait */
            usleep(100);
        }
        sent++;
        sum_sent += value;
        EXPECT(!pthread_kill(receivers[next_random(&random) % RECEIVERS], POKE));
        if (next_random(&random) % 4 == 0)
            sched_yield();
    }
    return NULL;
}

static void start(long work)
{
    struct sigaction action = {.sa_sigaction = queued, .sa_flags = SA_SIGINFO | SA_RESTART};

    rounds = work;
    sent = received = sum_sent = sum_received = pokes = interrupted = 0;
    over = false;
    EXPECT(!sigaction(QUEUED, &action, NULL));
    memset(&action, 0, sizeof action);
    action.sa_handler = poked;
    EXPECT(!sigaction(POKE, &action, NULL));
    for (intptr_t i = 0; i < RECEIVERS; i++)
        receivers[i] = begin(receive, (void *)i);
    for (intptr_t i = 0; i < SENDERS; i++)
        senders[i] = begin(send, (void *)i);
}

static void finish(void)
{
    for (int i = 0; i < SENDERS; i++)
        EXPECT(!pthread_join(senders[i], NULL));
    while (received < sent)
        usleep(1000); /* a signal that is lost ends in the test's time limit */
    over = true;
    for (int i = 0; i < RECEIVERS; i++)
        EXPECT(!pthread_join(receivers[i], NULL));
    EXPECT(sent == SENDERS * rounds * 20 && received == sent && sum_received == sum_sent);
    EXPECT(pokes > 0 && pokes <= sent);
}

const struct kind signals = {"signals", start, finish};
