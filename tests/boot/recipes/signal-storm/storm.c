/*
 * storm THREADS ROUNDS SEED: every thread does something at random, again and again, while it is interrupted
 * by the others and by timers. Nothing may be lost: counts that locks protect, values that are queued,
 * registers of any kind. In the end all threads have ended.
 */
#define _GNU_SOURCE
#include "../expect.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 512
#define LOCKS 8
#define QUEUED (SIGRTMIN + 1)
#define TIMED (SIGRTMIN + 2)

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    volatile uint64_t count, twice;
    uint64_t expected;
} locks[LOCKS];

static pthread_t threads[THREADS_MAX];
static pthread_rwlock_t living = PTHREAD_RWLOCK_INITIALIZER;
static int alive[THREADS_MAX];
static int thread_count, rounds, beginning;
static volatile uint64_t queued_sent, queued_sum, got_count, got_sum, interruptions, timed, faults, victims;
static sem_t turnstile;
static __thread volatile int inside;
static __thread sigjmp_buf back;
static __thread uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void on_interrupt(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_TKILL && info->si_pid == getpid());
    __atomic_add_fetch(&interruptions, 1, __ATOMIC_RELAXED);
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm15, %%xmm15" : : : "xmm0", "xmm15");
}

static void on_alarm(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_KERNEL);
}

static void on_queued(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_QUEUE);
    __atomic_add_fetch(&got_count, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&got_sum, (uint64_t)info->si_value.sival_int, __ATOMIC_RELAXED);
}

static void on_timed(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_code == SI_TIMER && info->si_overrun >= 0);
    __atomic_add_fetch(&timed, 1 + (uint64_t)info->si_overrun, __ATOMIC_RELAXED);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT(info->si_addr == (void *)0x10 && inside);
    __atomic_add_fetch(&faults, 1, __ATOMIC_RELAXED);
    siglongjmp(back, 1);
}

static void lock_some(void)
{
    unsigned which = any(LOCKS);

    EXPECT(pthread_mutex_lock(&locks[which].mutex) == 0);
    EXPECT(2 * locks[which].count == locks[which].twice);
    locks[which].count++;
    if (any(4) == 0)
        sched_yield();
    locks[which].twice += 2;
    pthread_cond_signal(&locks[which].changed);
    EXPECT(pthread_mutex_unlock(&locks[which].mutex) == 0);
    __atomic_add_fetch(&locks[which].expected, 1, __ATOMIC_RELAXED);
}

static void wait_some(void)
{
    unsigned which = any(LOCKS);
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += any(300000);
    if (time.tv_nsec >= 1000000000)
        time.tv_sec++, time.tv_nsec -= 1000000000;
    EXPECT(pthread_mutex_lock(&locks[which].mutex) == 0);
    int error = pthread_cond_timedwait(&locks[which].changed, &locks[which].mutex, &time);
    EXPECT(error == 0 || error == ETIMEDOUT);
    EXPECT(2 * locks[which].count == locks[which].twice);
    EXPECT(pthread_mutex_unlock(&locks[which].mutex) == 0);
}

static void sleep_some(void)
{
    struct timespec time = {0, any(200000)}, left;

    if (nanosleep(&time, &left))
        EXPECT(errno == EINTR && left.tv_sec == 0 && left.tv_nsec <= time.tv_nsec);
}

static void send_some(void)
{
    unsigned other = any((unsigned)thread_count);

    EXPECT(pthread_rwlock_rdlock(&living) == 0);
    if (alive[other])
        pthread_kill(threads[other], SIGUSR1);
    EXPECT(pthread_rwlock_unlock(&living) == 0);
}

static void queue_some(void)
{
    uint32_t value = any(1000);

    if (sigqueue(getpid(), QUEUED, (union sigval){.sival_int = (int)value}) == 0) {
        __atomic_add_fetch(&queued_sent, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&queued_sum, value, __ATOMIC_RELAXED);
    } else {
        EXPECT(errno == EAGAIN);
    }
}

static void fault_some(void)
{
    inside = 1;
    if (!sigsetjmp(back, 1))
        *(volatile int *)(uintptr_t)0x10 = 1;
    inside = 0;
}

static void mask_some(void)
{
    sigset_t set, before;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, QUEUED);
    EXPECT(pthread_sigmask(SIG_BLOCK, &set, &before) == 0);
    if (any(2))
        sched_yield();
    EXPECT(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

/* Registers hold what they held, whoever came in between. */
static void compute_some(void)
{
    uint64_t value = (uint64_t)any(UINT32_MAX) << 32 | any(UINT32_MAX), low, high, general = value;

    __asm__ volatile("movq %3, %%xmm0\n\tmovq %3, %%xmm15\n\tmov %3, %%r10\n\tmov $3000, %%ecx\n"
                     "1:\tpaddq %%xmm0, %%xmm15\n\tpsubq %%xmm0, %%xmm15\n\tdec %%ecx\n\tjnz 1b\n\t"
                     "movq %%xmm0, %0\n\tmovq %%xmm15, %1\n\tmov %%r10, %2"
                     : "=&r"(low), "=&r"(high), "=&r"(general)
                     : "r"(value)
                     : "r10", "rcx", "xmm0", "xmm15", "cc");
    EXPECT(low == value && high == value && general == value);
}

static void *victim(void *argument)
{
    struct timespec ever = {1000, 0};

    (void)argument;
    if ((uintptr_t)argument & 1)
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) {
        if ((uintptr_t)argument & 1)
            for (;;)
                __asm__ volatile("" : : : "memory");
        else
            nanosleep(&ever, NULL);
    }
}

static void cancel_some(void)
{
    pthread_t thread;
    void *result;

    if (pthread_create(&thread, NULL, victim, (void *)(uintptr_t)any(2)))
        return;
    if (any(2))
        sched_yield();
    if (any(2))
        pthread_kill(thread, SIGUSR1);
    EXPECT(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    __atomic_add_fetch(&victims, 1, __ATOMIC_RELAXED);
}

static void semaphore_some(void)
{
    while (sem_wait(&turnstile))
        EXPECT(errno == EINTR);
    sem_post(&turnstile);
}

static void set_alive(int number, int value)
{
    EXPECT(pthread_rwlock_wrlock(&living) == 0);
    threads[number] = pthread_self();
    alive[number] = value;
    EXPECT(pthread_rwlock_unlock(&living) == 0);
}

static void *worker(void *argument)
{
    static void (*const acts[])(void) = {lock_some, lock_some,    wait_some,    sleep_some,
                                         send_some, send_some,    queue_some,   fault_some,
                                         mask_some, compute_some, compute_some, semaphore_some};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = TIMED};
    struct itimerspec time = {{0, 3000000}, {0, 1000000}};
    timer_t timer;
    int number = (int)(intptr_t)argument;

    seed = ((uint64_t)beginning << 32) + (uint64_t)number * 977 + 1;
    event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
    int own_timer = number % 8 == 0;
    if (own_timer)
        EXPECT(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
               timer_settime(timer, 0, &time, NULL) == 0);
    set_alive(number, 1);
    for (int round = 0; round < rounds; round++) {
        acts[any(sizeof acts / sizeof *acts)]();
        if (any(64) == 0)
            cancel_some();
    }
    set_alive(number, 0);
    if (own_timer)
        EXPECT(timer_delete(timer) == 0);
    return NULL;
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    EXPECT(sigaction(signal, &action, NULL) == 0);
}

int main(int argc, char **argv)
{
    struct itimerval often = {{0, 700}, {0, 700}}, never = {{0, 0}, {0, 0}};
    uint64_t sum = 0;

    thread_count = argc > 1 ? atoi(argv[1]) : 100;
    rounds = argc > 2 ? atoi(argv[2]) : 50;
    beginning = argc > 3 ? atoi(argv[3]) : 0;
    EXPECT(thread_count <= THREADS_MAX && sem_init(&turnstile, 0, 3) == 0);
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&locks[i].mutex, NULL);
        pthread_cond_init(&locks[i].changed, NULL);
    }
    handle(SIGUSR1, on_interrupt, SA_RESTART);
    handle(SIGALRM, on_alarm, 0);
    handle(QUEUED, on_queued, 0);
    handle(TIMED, on_timed, SA_RESTART);
    handle(SIGSEGV, on_fault, 0);
    EXPECT(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int i = 0; i < thread_count; i++)
        EXPECT(pthread_create(&threads[i], NULL, worker, (void *)(intptr_t)i) == 0);
    for (int i = 0; i < thread_count; i++) {
        EXPECT(pthread_join(threads[i], NULL) == 0);
    }
    EXPECT(setitimer(ITIMER_REAL, &never, NULL) == 0);
    for (int i = 0; i < LOCKS; i++) {
        EXPECT(2 * locks[i].count == locks[i].twice && locks[i].count == locks[i].expected);
        sum += locks[i].count;
    }
    EXPECT(got_count == queued_sent && got_sum == queued_sum);
    printf("locked %d, interrupted %d, queued %d, timed %d, faults %d, cancelled %d\n", sum > 0,
           interruptions > 0, got_count > 0, timed > 0, faults > 0, victims > 0);
    return 0;
}
