#include "threads_parts.h"

#include <config.h>
#include <errno.h>
#include <linux_time.h>
#include <ring.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

/* Linux, include/uapi/linux/futex.h. */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256

#define BUCKET_BITS 6

long sys_futex(long address, long operation, long value, long timeout, long address2, long value3);

/* On the stack of the thread that waits, in the ring of its word's bucket until it is woken. */
struct waiter {
    struct ring ring; /* in the order of rank, and then of arrival */
    const uint32_t *word;
    uint32_t bits;
    struct kthread *thread;
};

static struct ring *buckets[1 << BUCKET_BITS];

/* Fibonacci hashing: the upper bits of a product with 2^64 divided by the golden ratio. */
static struct ring **bucket_of(const uint32_t *word)
{
    return &buckets[((uintptr_t)word >> 2) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BUCKET_BITS)];
}

static void enqueue(struct waiter *waiter)
{
    struct ring **bucket = bucket_of(waiter->word), *before = *bucket;
    unsigned rank = waiter->thread->place.rank;

    while (before && ((struct waiter *)before)->thread->place.rank < rank)
        before = before == (*bucket)->next ? NULL : before->previous;
    ring_insert(bucket, before, &waiter->ring);
}

static long wait(const uint32_t *word, uint32_t value, uint64_t deadline, uint32_t bits)
{
    struct waiter self = {.word = word, .bits = bits, .thread = kthread_current()};

    if (!bits)
        return -EINVAL;
    if (*(const volatile uint32_t *)word != value)
        return -EAGAIN;
    enqueue(&self);

    int error = kthread_block(deadline, true);
    if (!ring_held(&self.ring))
        return 0; /* woken, even if something else happened before this thread ran again */
    ring_remove(bucket_of(self.word), &self.ring);
    return error;
}

/*
 * Of those who wait for `word` and one of `bits`, wakes the first `count`, and lets up to `moved` others wait
 * for `other`. Returns how many are concerned.
 */
static long wake(const uint32_t *word, unsigned count, uint32_t bits, const uint32_t *other, unsigned moved)
{
    struct ring **bucket = bucket_of(word), *next;
    unsigned woken = 0, requeued = 0;

    for (struct ring *ring = ring_first(*bucket); ring; ring = next) {
        struct waiter *waiter = (struct waiter *)ring;

        next = ring_after(*bucket, ring);
        if (waiter->word != word || !(waiter->bits & bits))
            continue;
        if (woken == count && requeued == moved)
            break;
        if (woken < count) {
            ring_remove(bucket, ring);
            woken++;
            kthread_wake(waiter->thread);
        } else {
            requeued++;
            if (other == word)
                continue;
            ring_remove(bucket, ring);
            waiter->word = other;
            enqueue(waiter);
        }
    }
    return woken + requeued;
}

long threads_futex_wake(const uint32_t *word, unsigned count, uint32_t bits)
{
    return wake(word, count, bits, word, 0);
}

/* Changes a word and compares what it was, both as futex(2) encodes it; -ENOSYS for what nobody defined. */
static long change_and_compare(uint32_t *word, uint32_t encoded)
{
    int32_t operand = (int32_t)(encoded << 8) >> 20, comparand = (int32_t)(encoded << 20) >> 20;
    unsigned operation = encoded >> 28 & 7, comparison = encoded >> 24 & 15;
    int32_t old;

    if (encoded >> 31) /* FUTEX_OP_OPARG_SHIFT */
        operand = (int32_t)(UINT32_C(1) << (operand & 31));
    switch (operation) {
    case 0:
        old = (int32_t)__atomic_exchange_n(word, (uint32_t)operand, __ATOMIC_SEQ_CST);
        break;
    case 1:
        old = (int32_t)__atomic_fetch_add(word, (uint32_t)operand, __ATOMIC_SEQ_CST);
        break;
    case 2:
        old = (int32_t)__atomic_fetch_or(word, (uint32_t)operand, __ATOMIC_SEQ_CST);
        break;
    case 3:
        old = (int32_t)__atomic_fetch_and(word, ~(uint32_t)operand, __ATOMIC_SEQ_CST);
        break;
    case 4:
        old = (int32_t)__atomic_fetch_xor(word, (uint32_t)operand, __ATOMIC_SEQ_CST);
        break;
    default:
        return -ENOSYS;
    }
    switch (comparison) {
    case 0:
        return old == comparand;
    case 1:
        return old != comparand;
    case 2:
        return old < comparand;
    case 3:
        return old <= comparand;
    case 4:
        return old > comparand;
    case 5:
        return old >= comparand;
    default:
        return -ENOSYS;
    }
}

static long wake_op(const uint32_t *word, unsigned count, uint32_t *other, unsigned others, uint32_t encoded)
{
    long holds = change_and_compare(other, encoded), woken;

    if (holds < 0)
        return holds;
    woken = threads_futex_wake(word, count, UINT32_MAX);
    return holds ? woken + threads_futex_wake(other, others, UINT32_MAX) : woken;
}

/* As on Linux, a wait with a time limit ends when a handler has been called, whatever that asked for. */
static bool goes_on(uint64_t deadline)
{
#ifdef CONFIG_LIB_SIGNALS
    return deadline == KTHREAD_FOR_EVER ? signals_restart() : !signals_handled();
#else
    (void)deadline;
    return false;
#endif
}

/* `timeout` is a number for those that wake. All threads share one address space: private or not is the same.
 */
long sys_futex(long address, long operation, long value, long timeout, long address2, long value3)
{
    const uint32_t *word = (const uint32_t *)address;
    uint32_t *other = (uint32_t *)address2;
    bool realtime = operation & FUTEX_CLOCK_REALTIME;
    long command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    uint64_t deadline;
    unsigned count = (unsigned)value, count2 = (unsigned)timeout;

    if (address & 3)
        return -EINVAL;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
        int error = threads_futex_deadline((const struct linux_timespec *)timeout,
                                           command == FUTEX_WAIT_BITSET, realtime, &deadline);
        if (error)
            return error;
        do
            error = (int)wait(word, (uint32_t)value, deadline,
                              command == FUTEX_WAIT ? UINT32_MAX : (uint32_t)value3);
        while (error == -EINTR && goes_on(deadline));
        return error;
    }
    case FUTEX_WAKE:
        return threads_futex_wake(word, count, UINT32_MAX);
    case FUTEX_WAKE_BITSET:
        return (uint32_t)value3 ? threads_futex_wake(word, count, (uint32_t)value3) : -EINVAL;
    case FUTEX_CMP_REQUEUE:
        if (*(const volatile uint32_t *)word != (uint32_t)value3)
            return -EAGAIN;
        __attribute__((fallthrough));
    case FUTEX_REQUEUE:
        if (value < 0 || (int)count2 < 0 || address2 & 3)
            return -EINVAL;
        return wake(word, count, UINT32_MAX, other, count2);
    case FUTEX_WAKE_OP:
        return address2 & 3 ? -EINVAL : wake_op(word, count, other, count2, (uint32_t)value3);
#ifdef CONFIG_THREADS_PRIORITY_INHERITANCE
    case FUTEX_LOCK_PI: {
        int error = threads_futex_deadline((const struct linux_timespec *)timeout, true, true, &deadline);

        return error ? error : threads_pi_lock((uint32_t *)address, deadline, false);
    }
    case FUTEX_TRYLOCK_PI:
        return threads_pi_lock((uint32_t *)address, 0, true);
    case FUTEX_UNLOCK_PI:
        return threads_pi_unlock((uint32_t *)address);
#endif
    default:
        return -ENOSYS;
    }
}
