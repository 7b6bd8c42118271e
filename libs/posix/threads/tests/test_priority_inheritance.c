// instead: ../start.c ../identity.c ../end.c ../futex.c ../futex_time.c ../robust.c ../policy.c
// sources: ../priority_inheritance.c
// sources: ../../../sched/kthread-core/kthread.c ../../../sched/kthread-core/switch.c
// sources: ../../../sched/kthread-core/report.c ../../../sched/ktimer/ktimer.c
// sources: ../../../sched/sched-cooperative/sched_cooperative.c
/*
 * Threads that lock random words in random order: one has a word at a time, who has one runs at least at the
 * rank of who waits for it, and at its own again when it has none; circles are refused, and nobody waits for
 * ever.
 */
#include "../../../sched/kthread-core/tests/host_threads.h"

#include <errno.h>
#include <linux_time.h>
#include <posix_thread.h>
#include <thread_start.h>

#define LOCK_PI 6
#define UNLOCK_PI 7
#define TRYLOCK_PI 8
#define WAITERS 0x80000000u
#define OWNER_DIED 0x40000000u

#define FLAGS 0x7d0f00 /* as musl's pthread_create() gives them */
#define THREADS 12
#define WORDS 5

long sys_exit(long status);
long sys_futex(long address, long operation, long value, long timeout, long address2, long value3);
long sys_gettid(void);
long sys_sched_setscheduler(long id, long policy, long parameters);
long sys_sched_yield(void);
long sys_thread_start(long start);

static char *stacks[THREADS];
static uint32_t words[WORDS];
static int owners[WORDS]; /* THREADS: nobody */
static int waits_for[THREADS], bases[THREADS];
static struct posix_thread *threads[THREADS];
static int left;
static long boosts, circles, timeouts, deaths;

long sys_munmap(long start, long length)
{
    (void)start, (void)length;
    abort();
}

_Noreturn void platform_exit(int status)
{
    exit(status);
}

static int rank_of(int thread)
{
    return threads[thread]->kernel->place.rank;
}

static void look(void)
{
    for (int i = 0; i < THREADS; i++) {
        int owner = waits_for[i] >= 0 ? owners[waits_for[i]] : THREADS;

        if (owner == THREADS || !threads[i])
            continue;
        assert(rank_of(owner) >= rank_of(i));
        boosts += rank_of(owner) > bases[owner];
    }
}

static bool lock(int me, int word)
{
    struct linux_timespec soon = {0, (int64_t)(host_time + 1000000 + host_random(300))};
    int kind = (int)host_random(4);
    long result;

    if (kind == 0 && words[word] == 0) { /* as a C library does */
        words[word] = (uint32_t)sys_gettid();
        result = 0;
    } else {
        waits_for[me] = word;
        result = sys_futex((long)&words[word], kind == 1 ? TRYLOCK_PI : LOCK_PI, 0,
                           kind == 2 ? (long)&soon : 0, 0, 0);
        waits_for[me] = -1;
    }
    if (result == 0) {
        deaths += (words[word] & OWNER_DIED) != 0;
        words[word] &= ~OWNER_DIED;
        assert(owners[word] == THREADS && (words[word] & ~WAITERS) == (uint32_t)sys_gettid());
        owners[word] = me;
        return true;
    }
    circles += result == -EDEADLK;
    timeouts += result == -ETIMEDOUT;
    if (result == -ESRCH) { /* its owner ended when nobody waited any more */
        assert(owners[word] == THREADS && !threads_find((int)(words[word] & ~WAITERS)));
        words[word] = 0;
        return false;
    }
    assert((result == -EDEADLK && owners[word] != THREADS) || (kind == 2 && result == -ETIMEDOUT) ||
           (kind == 1 && result == -EAGAIN));
    return false;
}

static void unlock(int word)
{
    owners[word] = THREADS;
    if (!(words[word] & WAITERS)) {
        words[word] = 0;
        return;
    }
    assert(sys_futex((long)&words[word], UNLOCK_PI, 0, 0, 0, 0) == 0);
}

static int live(void *argument)
{
    int me = (int)(intptr_t)argument;

    for (int round = 0; round < 60; round++) {
        int first = (int)host_random(WORDS), second = (int)host_random(WORDS);
        bool both;

        host_time += host_random(20);
        if (!lock(me, first))
            continue;
        sys_sched_yield();
        look();
        both = first != second && lock(me, second);
        if (host_random(4) == 0) {
            int policy = host_random(3) ? 1 : 0;

            bases[me] = policy ? 1 + (int)host_random(90) : 0;
            assert(sys_sched_setscheduler(0, policy, (long)&bases[me]) == 0);
        }
        sys_sched_yield();
        look();
        if (both)
            unlock(second);
        if (round == 59 && me % 3 == 0 && (words[first] & WAITERS))
            owners[first] = THREADS; /* it ends with the word */
        else
            unlock(first);
        if (round < 59)
            assert(rank_of(me) == bases[me]);
        look();
    }
    threads[me] = NULL;
    left--;
    return 0;
}

static void refusals(void)
{
    uint32_t word = 4711;
    struct linux_timespec bad = {0, NANOSECONDS};

    assert(sys_futex((long)&word, LOCK_PI, 0, 0, 0, 0) == -ESRCH && word == 4711);
    assert(sys_futex((long)&word, LOCK_PI, 0, (long)&bad, 0, 0) == -EINVAL);
    assert(sys_futex((long)&word, UNLOCK_PI, 0, 0, 0, 0) == -EPERM);
    word = OWNER_DIED;
    assert(sys_futex((long)&word, LOCK_PI, 0, 0, 0, 0) == 0 && word == (OWNER_DIED | 1));
    assert(sys_futex((long)&word, LOCK_PI, 0, 0, 0, 0) == -EDEADLK);
    assert(sys_futex((long)&word, UNLOCK_PI, 0, 0, 0, 0) == 0 && word == 0);
}

int main(void)
{
    static int parent;

    for (int i = 0; i < THREADS; i++)
        assert((stacks[i] = aligned_alloc(64, HOST_STACK)));
    refusals();
    for (int round = 0; round < 60; round++) {
        left = THREADS;
        for (int i = 0; i < WORDS; i++) {
            words[i] = 0;
            owners[i] = THREADS;
        }
        for (int i = 0; i < THREADS; i++) {
            struct thread_start wanted = {
                .function = live,
                .stack = stacks[i] + HOST_STACK,
                .flags = FLAGS,
                .argument = (void *)(intptr_t)i,
                .parent_tid = &parent,
                .child_tid = &parent,
            };
            long id;

            waits_for[i] = -1;
            bases[i] = 0;
            id = sys_thread_start((long)&wanted);
            assert(id > 1);
            threads[i] = threads_find((int)id);
        }
        while (left > 0) {
            host_time += 10;
            sys_sched_yield();
        }
        sys_sched_yield();
        assert(kthread_count() == 1);
    }
    assert(boosts > 100 && circles > 100 && timeouts > 10 && deaths > 10);
    for (int i = 0; i < THREADS; i++)
        free(stacks[i]);
    puts("priority inheritance: ok");
    return 0;
}
