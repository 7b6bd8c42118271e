#include "cases.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <time.h>

#define MS 1000000l /* nanoseconds */

static void sleep_ms(long count)
{
    struct timespec time = {count / 1000, count % 1000 * MS};

    while (nanosleep(&time, &time))
        ;
}

static sigset_t set_of(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

static pthread_t start(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    EXPECT(pthread_create(&thread, NULL, function, argument) == 0);
    return thread;
}

static __thread sigjmp_buf back;
static __thread char *alternate;
static volatile int overflown;

static int descend(volatile int *above)
{
    volatile int here[256];

    here[0] = *above;
    return descend(here) + here[0];
}

static void on_overflow(int signal, siginfo_t *info, void *context)
{
    char local;

    (void)signal, (void)info, (void)context;
    EXPECT(&local > alternate && &local < alternate + SIGSTKSZ);
    __atomic_add_fetch(&overflown, 1, __ATOMIC_SEQ_CST);
    siglongjmp(back, 1);
}

static void *overflow(void *argument)
{
    stack_t stack = {.ss_sp = alternate = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ}, now;
    volatile int zero = 0;

    (void)argument;
    EXPECT(alternate && sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
    EXPECT(sigaltstack(&stack, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        if (!sigsetjmp(back, 1))
            descend(&zero);
        sched_yield();
    }
    stack.ss_flags = SS_DISABLE;
    EXPECT(sigaltstack(&stack, NULL) == 0);
    free(alternate);
    return NULL;
}

/* Each thread has an alternate stack of its own. */
void overflow_in_threads(void)
{
    pthread_t threads[4];

    handle(SIGSEGV, on_overflow, SA_ONSTACK);
    for (int i = 0; i < 4; i++)
        threads[i] = start(overflow, NULL);
    for (int i = 0; i < 4; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);
    EXPECT(overflown == 12);
}

static volatile pthread_t by;
static volatile int count;
static sem_t came, ready;

static void note(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    by = pthread_self();
    count++;
    sem_post(&came);
}

static void *unblocked(void *argument)
{
    sigset_t set = set_of(SIGUSR1);

    (void)argument;
    EXPECT(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
    sem_post(&ready);
    while (sem_wait(&came))
        ;
    return NULL;
}

/* A signal of the process interrupts the one thread that does not block it. */
void who_does_not_block_it(void)
{
    sigset_t set = set_of(SIGUSR1);

    handle(SIGUSR1, note, SA_RESTART);
    EXPECT(sem_init(&came, 0, 0) == 0 && sem_init(&ready, 0, 0) == 0);
    EXPECT(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        count = 0;
        pthread_t thread = start(unblocked, NULL);
        EXPECT(sem_wait(&ready) == 0 && kill(getpid(), SIGUSR1) == 0 && pthread_join(thread, NULL) == 0);
        EXPECT(count == 1 && pthread_equal(by, thread));
    }
    EXPECT(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static void *waiter(void *argument)
{
    sigset_t set = set_of(SIGUSR2);
    int signal, *sum = argument;

    for (int i = 0; i < 50; i++) {
        EXPECT(sigwait(&set, &signal) == 0 && signal == SIGUSR2);
        ++*sum;
        sem_post(&came);
    }
    return NULL;
}

/* The usual way of programs with threads: all block it, one waits for it. */
void one_thread_waits(void)
{
    sigset_t set = set_of(SIGUSR2);
    int sum = 0;

    EXPECT(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0 && sem_init(&came, 0, 0) == 0);
    pthread_t thread = start(waiter, &sum);
    for (int i = 0; i < 50; i++) {
        EXPECT((i % 2 ? kill(getpid(), SIGUSR2) : pthread_kill(thread, SIGUSR2)) == 0);
        while (sem_wait(&came))
            ;
    }
    EXPECT(pthread_join(thread, NULL) == 0 && sum == 50);
}

static void *takes_it(void *argument)
{
    struct timespec time = {0, 100000};

    (void)argument;
    sem_post(&ready);
    while (!count)
        nanosleep(&time, NULL);
    return NULL;
}

/* Both are meant to get it; the one that blocks it before it comes to that leaves it to the other. */
void passed_on(void)
{
    sigset_t set = set_of(SIGUSR1);

    handle(SIGUSR1, note, SA_RESTART);
    EXPECT(sem_init(&came, 0, 0) == 0 && sem_init(&ready, 0, 0) == 0);
    for (int i = 0; i < 20; i++) {
        count = 0;
        pthread_t thread = start(takes_it, NULL);
        EXPECT(sem_wait(&ready) == 0 && pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
        EXPECT(kill(getpid(), SIGUSR1) == 0 && pthread_join(thread, NULL) == 0 && pthread_equal(by, thread));
        EXPECT(count == 1 && pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
    }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t gate;

static void *locks(void *argument)
{
    int *outcome = argument;

    sem_post(&ready);
    EXPECT(pthread_mutex_lock(&mutex) == 0 && pthread_mutex_unlock(&mutex) == 0);
    *outcome = sem_wait(&gate) ? errno : 0;
    return NULL;
}

/* Locks are never interrupted; a semaphore is, unless the handler has SA_RESTART. */
void restarted_locks(void)
{
    for (int restart = 0; restart < 2; restart++) {
        int outcome = -1;

        handle(SIGUSR1, note, restart ? SA_RESTART : 0);
        count = 0;
        EXPECT(sem_init(&gate, 0, 0) == 0 && sem_init(&ready, 0, 0) == 0 && pthread_mutex_lock(&mutex) == 0);
        pthread_t thread = start(locks, &outcome);
        EXPECT(sem_wait(&ready) == 0);
        sleep_ms(2);
        EXPECT(pthread_kill(thread, SIGUSR1) == 0);
        sleep_ms(2);
        EXPECT(count == 1 && pthread_mutex_unlock(&mutex) == 0);
        sleep_ms(2);
        EXPECT(pthread_kill(thread, SIGUSR1) == 0);
        sleep_ms(2);
        EXPECT(count == 2 && outcome == (restart ? -1 : EINTR));
        EXPECT(sem_post(&gate) == 0 && pthread_join(thread, NULL) == 0 && outcome == (restart ? 0 : EINTR));
    }
}

static void *computes(void *argument)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + 4};
    struct itimerspec time = {.it_value = {0, 10 * MS}};
    timer_t timer;
    struct timespec used;

    (void)argument;
    event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
    EXPECT(timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0);
    EXPECT(timer_settime(timer, 0, &time, NULL) == 0);
    while (!count)
        __asm__ volatile("" : : : "memory");
    EXPECT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0 &&
           used.tv_nsec + used.tv_sec * 1000 * MS >= 10 * MS);
    EXPECT(pthread_equal(by, pthread_self()) && timer_delete(timer) == 0);
    return NULL;
}

static void *spins(void *argument)
{
    while (!*(volatile int *)argument)
        __asm__ volatile("" : : : "memory");
    return NULL;
}

/* A timer on the time of one thread, while another takes half of the processor. */
void time_of_a_thread(void)
{
    int end = 0;

    handle(SIGRTMIN + 4, note, 0);
    count = 0;
    EXPECT(sem_init(&came, 0, 0) == 0);
    pthread_t other = start(spins, &end), thread = start(computes, NULL);
    EXPECT(pthread_join(thread, NULL) == 0 && count == 1);
    *(volatile int *)&end = 1;
    EXPECT(pthread_join(other, NULL) == 0);
}

static void *ends(void *argument)
{
    sigset_t all;

    sigfillset(&all);
    EXPECT(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0);
    for (int i = 0; i < 20; i++)
        EXPECT(pthread_kill(pthread_self(), SIGRTMIN + 6) == 0);
    sem_post(argument);
    return NULL;
}

/* What waits for a thread goes with it, and leaves room for others. */
void ended_with_signals(void)
{
    sigset_t set = set_of(SIGRTMIN + 6);
    int signal;

    EXPECT(sem_init(&came, 0, 0) == 0 && pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    for (int i = 0; i < 50; i++)
        EXPECT(pthread_join(start(ends, &came), NULL) == 0);
    for (int i = 0; i < 30; i++)
        EXPECT(sigqueue(getpid(), SIGRTMIN + 6, (union sigval){.sival_int = i}) == 0);
    for (int i = 0; i < 30; i++)
        EXPECT(sigwait(&set, &signal) == 0);
    EXPECT(sigpending(&set) == 0 && !sigismember(&set, SIGRTMIN + 6));
}

static void *looks(void *argument)
{
    sigset_t set, pending;

    (void)argument;
    EXPECT(pthread_sigmask(SIG_BLOCK, NULL, &set) == 0 && sigismember(&set, SIGUSR1) &&
           !sigismember(&set, SIGUSR2));
    EXPECT(sigpending(&pending) == 0 && !sigismember(&pending, SIGUSR1));
    return NULL;
}

void blocked_ones_are_inherited(void)
{
    sigset_t usr1 = set_of(SIGUSR1), usr2 = set_of(SIGUSR2);
    int signal;

    EXPECT(pthread_sigmask(SIG_BLOCK, &usr1, NULL) == 0 && pthread_sigmask(SIG_UNBLOCK, &usr2, NULL) == 0);
    EXPECT(raise(SIGUSR1) == 0 && pthread_join(start(looks, NULL), NULL) == 0);
    EXPECT(sigwait(&usr1, &signal) == 0 && signal == SIGUSR1);
}
