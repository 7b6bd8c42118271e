// instead: ../start.c ../identity.c ../end.c ../futex.c ../futex_time.c ../robust.c ../policy.c
// sources: ../priority_inheritance.c
// sources: ../../../sched/kthread-core/kthread.c ../../../sched/kthread-core/switch.c
// sources: ../../../sched/kthread-core/report.c ../../../sched/ktimer/ktimer.c
// sources: ../../../sched/sched-cooperative/sched_cooperative.c
/* Threads that do random things to futexes, against a model of who waits for what; how they begin, and what
 * their ends leave. */
#include "../../../sched/kthread-core/tests/host_threads.h"

#include <errno.h>
#include <linux_time.h>
#include <posix_thread.h>
#include <thread_start.h>

long sys_exit(long status);
long sys_futex(long address, long operation, long value, long timeout, long address2, long value3);
long sys_get_robust_list(long id, long head, long size);
long sys_gettid(void);
long sys_sched_getparam(long id, long parameters);
long sys_sched_getscheduler(long id);
long sys_sched_rr_get_interval(long id, long interval);
long sys_sched_setparam(long id, long parameters);
long sys_sched_setscheduler(long id, long policy, long parameters);
long sys_sched_yield(void);
long sys_set_robust_list(long head, long size);
long sys_set_tid_address(long address);
_Noreturn void sys_thread_exit(long stack, long size);
long sys_thread_start(long start);

enum {
    WAIT,
    WAKE,
    REQUEUE = 3,
    CMP_REQUEUE,
    WAKE_OP,

    WAIT_BITSET = 9,
    WAKE_BITSET,
    WAIT_REQUEUE_PI,
    PRIVATE = 128,
    REALTIME = 256
};

#define FLAGS 0x7d0f00 /* as musl's pthread_create() gives them */
#define THREADS 24
#define WORDS 4

static char *stacks[THREADS];
static void *unmapped;
static jmp_buf exited;
static int status = -1;

long sys_munmap(long start, long length)
{
    assert(length == (long)HOST_STACK);
    unmapped = (void *)start;
    memset(unmapped, 0x5a, HOST_STACK);
    return 0;
}

_Noreturn void platform_exit(int s)
{
    status = s;
    longjmp(exited, 1);
}

static long start(int i, int (*function)(void *), void *argument, int *cleared)
{
    static int parent;
    struct thread_start wanted = {
        .function = function,
        .stack = stacks[i] + HOST_STACK,
        .flags = FLAGS,
        .argument = argument,
        .parent_tid = &parent,
        .child_tid = cleared,
    };
    long id = sys_thread_start((long)&wanted);

    assert(id > 1 && parent == id && threads_find((int)id)->id == id);
    return id;
}

/* The model: who waits, in no order; the first is the one of the highest rank that came first. */
static struct {
    bool waits, woken;
    int word;
    uint32_t bits;
    unsigned rank;
    unsigned long arrival;
} model[THREADS];
static unsigned long arrivals;
static uint32_t words[WORDS];
static int left;
static long waits, wakes, moves, timeouts;

static int first_waiter(int word, uint32_t bits)
{
    int best = -1;

    for (int i = 0; i < THREADS; i++)
        if (model[i].waits && model[i].word == word && (model[i].bits & bits) &&
            (best < 0 || model[i].rank > model[best].rank ||
             (model[i].rank == model[best].rank && model[i].arrival < model[best].arrival)))
            best = i;
    return best;
}

static long model_wake(int word, unsigned count, uint32_t bits)
{
    long woken = 0;

    for (int i; (unsigned)woken < count && (i = first_waiter(word, bits)) >= 0; woken++) {
        model[i].waits = false;
        model[i].woken = true;
    }
    wakes += woken;
    return woken;
}

static long model_move(int from, int to, unsigned count)
{
    long moved = 0;

    for (int i; (unsigned)moved < count && (i = first_waiter(from, UINT32_MAX)) >= 0; moved++) {
        model[i].word = to;
        model[i].arrival = ++arrivals;
    }
    moves += moved;
    return moved;
}

static void do_wait(int me)
{
    int word = (int)host_random(WORDS), kind = (int)host_random(5);
    uint32_t value = words[word] + (host_random(8) == 0), bits = kind == 4 ? 1 + host_random(7) : UINT32_MAX;
    uint64_t length = 1 + host_random(400), begin = host_time;
    struct linux_timespec relative = {0, (int64_t)length}, absolute = {0, (int64_t)(begin + length)},
                          realtime = {0, (int64_t)(begin + 1000000 + length)};
    long result;

    model[me].waits = value == words[word];
    model[me].woken = false;
    model[me].word = word;
    model[me].bits = bits;
    model[me].rank = threads_current()->kernel->place.rank;
    model[me].arrival = ++arrivals;
    switch (kind) {
    case 0:
    case 1:
        result = sys_futex((long)&words[word], WAIT | PRIVATE, value, (long)&relative, 0, 0);
        break;
    case 2:
        result = sys_futex((long)&words[word], WAIT_BITSET | REALTIME, value, (long)&realtime, 0, UINT32_MAX);
        break;
    case 3:
        result = sys_futex((long)&words[word], WAIT, value, 0, 0, 0);
        break;
    default:
        result = sys_futex((long)&words[word], WAIT_BITSET, value, (long)&absolute, 0, bits);
    }
    waits++;
    if (result == 0) {
        assert(model[me].woken && !model[me].waits);
    } else if (result == -EAGAIN) {
        assert(!model[me].waits && !model[me].woken);
    } else {
        assert(result == -ETIMEDOUT && kind != 3 && host_time >= begin + length && model[me].waits);
        timeouts++;
    }
    model[me].waits = false;
}

static void do_wake(void)
{
    int word = (int)host_random(WORDS), other = (int)host_random(WORDS);
    unsigned count = host_random(4), moved = host_random(5);
    uint32_t bits = 1 + host_random(7);
    long a = (long)&words[word], b = (long)&words[other], expected;

    switch (host_random(5)) {
    case 0:
        expected = model_wake(word, count, UINT32_MAX);
        assert(sys_futex(a, WAKE | PRIVATE, count, 0, 0, 0) == expected);
        break;
    case 1:
        expected = model_wake(word, count, bits);
        assert(sys_futex(a, WAKE_BITSET, count, 0, 0, bits) == expected);
        break;
    case 2:
    case 3:
        assert(sys_futex(a, CMP_REQUEUE, count, moved, b, words[word] + 1) == -EAGAIN);
        if (word == other)
            break;
        expected = model_wake(word, count, UINT32_MAX);
        expected += model_move(word, other, moved);
        assert(sys_futex(a, CMP_REQUEUE | PRIVATE, count, moved, b, words[word]) == expected);
        break;
    default: /* add 1 to the other word; if it was 3 or more, wake there too */
        expected = model_wake(word, count, UINT32_MAX);
        if ((int32_t)words[other] >= 3)
            expected += model_wake(other, moved, UINT32_MAX);
        assert(sys_futex(a, WAKE_OP, count, moved, b, 1u << 28 | 5u << 24 | 1u << 12 | 3) == expected);
    }
}

static int live(void *argument)
{
    int me = (int)(intptr_t)argument;

    for (int i = 0; i < 80; i++) {
        host_time += host_random(15);
        switch (host_random(4)) {
        case 0:
        case 1:
            do_wait(me);
            break;
        case 2:
            do_wake();
            break;
        default:
            words[host_random(WORDS)] = host_random(6);
            sys_sched_yield();
        }
    }
    left--;
    return 0;
}

static void test_random_futexes(void)
{
    struct linux_timespec while_ = {0, 500};
    int policy[] = {0, 1, 2}, priority[] = {0, 10, 20}, cleared[THREADS];
    uint32_t own = 0;

    for (int round = 0; round < 30; round++) {
        left = THREADS;
        for (int i = 0; i < THREADS; i++) {
            int kind = (int)host_random(3);
            long id;

            cleared[i] = 77;
            id = start(i, live, (void *)(intptr_t)i, &cleared[i]);
            assert(sys_sched_setscheduler(id, policy[kind], (long)&priority[kind]) == 0);
        }
        while (left > 0) {
            assert(sys_futex((long)&own, WAIT, 0, (long)&while_, 0, 0) == -ETIMEDOUT);
            for (int i = 0; i < WORDS; i++) {
                long expected = model_wake(i, INT32_MAX, UINT32_MAX);
                assert(sys_futex((long)&words[i], WAKE, INT32_MAX, 0, 0, 0) == expected);
            }
        }
        sys_sched_yield();
        assert(kthread_count() == 1);
        for (int i = 0; i < THREADS; i++)
            assert(cleared[i] == 0);
    }
    assert(waits > 10000 && wakes > 1000 && moves > 1000 && timeouts > 500);
}

static void test_refusals(void)
{
    struct linux_timespec bad = {0, NANOSECONDS}, negative = {-1, 0}, past = {0, 1};
    struct thread_start wanted = {.stack = stacks[0] + HOST_STACK, .flags = FLAGS};
    uint32_t word = 5;
    long at = (long)&word;

    assert(sys_futex(at, WAIT_REQUEUE_PI, 0, 0, 0, 0) == -ENOSYS &&
           sys_futex(at + 1, WAKE, 1, 0, 0, 0) == -EINVAL);
    assert(sys_futex(at, WAIT, 5, (long)&bad, 0, 0) == -EINVAL &&
           sys_futex(at, WAIT, 5, (long)&negative, 0, 0) == -EINVAL);
    assert(sys_futex(at, WAIT_BITSET, 5, (long)&past, 0, 0) == -EINVAL); /* no bits */
    assert(sys_futex(at, WAIT_BITSET, 5, (long)&past, 0, 1) == -ETIMEDOUT);
    assert(sys_futex(at, WAIT_BITSET | REALTIME, 5, (long)&past, 0, 1) == -ETIMEDOUT);
    assert(sys_futex(at, REQUEUE, -1, 0, at, 0) == -EINVAL &&
           sys_futex(at, WAKE_OP, 1, 1, at, 7u << 28) == -ENOSYS);
    assert(sys_futex(at, WAKE_OP, 1, 1, at, (int)(0x8u << 28 | 1u << 28 | 4u << 12)) == 0 &&
           word == 5 + (1 << 4));
    word = 5;

    wanted.flags = FLAGS & ~0x100; /* without CLONE_VM */
    assert(sys_thread_start((long)&wanted) == -EINVAL);
    wanted.flags = FLAGS | 0x20000000; /* CLONE_NEWPID */
    assert(sys_thread_start((long)&wanted) == -EINVAL);
    wanted.flags = FLAGS;
    wanted.stack = NULL;
    assert(sys_thread_start((long)&wanted) == -EINVAL && kthread_count() == 1);
}

static void test_policies(void)
{
    int priority = 99, zero = 0, seen = -1;
    struct linux_timespec slice = {7, 7};

    assert(sys_gettid() == 1 && sys_set_tid_address(0) == 1);
    assert(sys_sched_getscheduler(0) == 0 && sys_sched_getscheduler(1) == 0 &&
           sys_sched_getscheduler(9999) == -ESRCH);
    assert(sys_sched_getscheduler(-1) == -EINVAL && sys_sched_setscheduler(0, 1, 0) == -EINVAL);
    assert(sys_sched_setscheduler(0, 1, (long)&zero) == -EINVAL &&
           sys_sched_setscheduler(0, 7, (long)&zero) == -EINVAL);
    assert(sys_sched_setscheduler(0, 2 | 0x40000000, (long)&priority) == 0 && sys_sched_getscheduler(0) == 2);
    assert(sys_sched_getparam(0, (long)&seen) == 0 && seen == 99 && kthread_current()->place.rank == 99);
    priority = 3;
    assert(sys_sched_setparam(1, (long)&priority) == 0 && kthread_current()->place.rank == 3);
    assert(sys_sched_rr_get_interval(0, (long)&slice) == 0 && slice.seconds == 0 && slice.nanoseconds == 0);
    assert(sys_sched_setscheduler(0, 3, (long)&zero) == 0 && sys_sched_setscheduler(0, 0, (long)&zero) == 0);
}

/* A robust list of three mutexes, of which one is somebody else's; and one that is just being locked. */
static struct {
    void *next;
    uint32_t word;
} mutexes[4];

static struct {
    void *first;
    long offset;
    void *pending;
} robust;

static int die_with_locks(void *argument)
{
    void *head;
    size_t size;

    (void)argument;
    robust.first = &mutexes[0];
    robust.offset = (char *)&mutexes[0].word - (char *)&mutexes[0];
    robust.pending = &mutexes[3];
    for (int i = 0; i < 4; i++)
        mutexes[i].word = (uint32_t)sys_gettid();
    mutexes[0].word |= 0x80000000;
    mutexes[1].word = 1;
    mutexes[0].next = &mutexes[1];
    mutexes[1].next = &mutexes[2];
    mutexes[2].next = &robust;
    assert(sys_set_robust_list((long)&robust, 8) == -EINVAL && sys_set_robust_list((long)&robust, 24) == 0);
    assert(sys_get_robust_list(0, (long)&head, (long)&size) == 0 && head == &robust && size == 24);
    assert(sys_get_robust_list(9999, (long)&head, (long)&size) == -ESRCH);
    return 0;
}

static int wait_for_mutex(void *argument)
{
    (void)argument;
    assert(sys_futex((long)&mutexes[0].word, WAIT, mutexes[0].word, 0, 0, 0) == 0);
    left--;
    return 0;
}

static int in_a_circle(void *argument)
{
    (void)argument;
    mutexes[0].next = &mutexes[0];
    mutexes[0].word = (uint32_t)sys_gettid();
    robust.first = &mutexes[0];
    robust.pending = NULL;
    return (int)sys_set_robust_list((long)&robust, 24);
}

static void test_robust_lists(void)
{
    left = 1;
    mutexes[0].word = 3;
    start(0, wait_for_mutex, NULL, NULL);
    sys_sched_yield();
    start(1, die_with_locks, NULL, NULL);
    for (int i = 0; i < 5; i++)
        sys_sched_yield();
    assert(left == 0 && mutexes[0].word == 0xc0000000 && mutexes[1].word == 1 &&
           mutexes[2].word == 0x40000000 && mutexes[3].word == 0x40000000);
    start(2, in_a_circle, NULL, NULL);
    sys_sched_yield();
    sys_sched_yield();
    assert(kthread_count() == 1 && mutexes[0].word == 0x40000000);
}

static int unmap_self(void *argument)
{
    (void)argument;
    sys_thread_exit((long)stacks[5], (long)HOST_STACK);
}

static void test_own_stack(void)
{
    int cleared = 1;

    start(5, unmap_self, NULL, &cleared);
    sys_sched_yield();
    sys_sched_yield();
    assert(unmapped == stacks[5] && cleared == 0 && kthread_count() == 1);
}

int main(void)
{
    for (int i = 0; i < THREADS; i++)
        assert((stacks[i] = aligned_alloc(64, HOST_STACK)));
    test_refusals();
    test_policies();
    test_random_futexes();
    test_robust_lists();
    test_own_stack();
    if (!setjmp(exited))
        sys_exit(300); /* of the last thread */
    assert(status == 300 % 256);
    for (int i = 0; i < THREADS; i++)
        free(stacks[i]);
    puts("threads: ok");
    return 0;
}
