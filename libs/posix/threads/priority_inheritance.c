/*
 * Futexes whose owner inherits the priority of those who wait for it: FUTEX_LOCK_PI and its like (futex(2),
 * "Priority-inheritance futexes"; Linux, Documentation/locking/futex-requeue-pi.rst and pi-futex.rst). The
 * word is 0 or its owner's id, with a bit that says that others wait. An owner runs at the highest rank among
 * its own and those of who waits for it, and so does, in turn, the owner that it waits for.
 */
#include "threads_parts.h"

#include <errno.h>
#include <ring.h>

#define CHAIN_MAX 1024 /* owners that wait for owners; Linux, kernel/locking/rtmutex.c: max_lock_depth */

/* On the stack of the thread that waits. All of them stand in one ring: there are few. */
struct pi_waiter {
    struct ring ring; /* in the order of rank, and then of arrival */
    uint32_t *word;
    struct posix_thread *thread, *owner;
};

static struct ring *waiters;

static struct pi_waiter *first_of(const uint32_t *word)
{
    for (struct ring *ring = ring_first(waiters); ring; ring = ring_after(waiters, ring))
        if (((struct pi_waiter *)ring)->word == word)
            return (struct pi_waiter *)ring;
    return NULL;
}

static struct pi_waiter *wait_of(const struct posix_thread *thread)
{
    for (struct ring *ring = ring_first(waiters); ring; ring = ring_after(waiters, ring))
        if (((struct pi_waiter *)ring)->thread == thread)
            return (struct pi_waiter *)ring;
    return NULL;
}

/* Whom the word names; NULL: nobody, or nobody who is alive. */
static struct posix_thread *named_by(const uint32_t *word)
{
    return threads_find((int)(__atomic_load_n(word, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK));
}

/* Those who wait for the word wait for another owner now. */
static void set_owner(const uint32_t *word, struct posix_thread *owner)
{
    for (struct ring *ring = ring_first(waiters); ring; ring = ring_after(waiters, ring))
        if (((struct pi_waiter *)ring)->word == word)
            ((struct pi_waiter *)ring)->owner = owner;
}

static void enqueue(struct pi_waiter *waiter)
{
    struct ring *before = waiters;
    unsigned rank = waiter->thread->kernel->place.rank;

    while (before && ((struct pi_waiter *)before)->thread->kernel->place.rank < rank)
        before = before == waiters->next ? NULL : before->previous;
    ring_insert(&waiters, before, &waiter->ring);
}

static unsigned inherited_rank(const struct posix_thread *thread)
{
    unsigned rank = threads_rank(thread);

    for (struct ring *ring = ring_first(waiters); ring; ring = ring_after(waiters, ring)) {
        const struct pi_waiter *waiter = (const struct pi_waiter *)ring;

        if (waiter->owner == thread && waiter->thread->kernel->place.rank > rank)
            rank = waiter->thread->kernel->place.rank;
    }
    return rank;
}

void threads_rank_again(struct posix_thread *thread, bool policy_changed)
{
    for (unsigned depth = 0; thread && depth < CHAIN_MAX; depth++) {
        unsigned rank = inherited_rank(thread);
        struct pi_waiter *waiter = wait_of(thread);

        if (rank != thread->kernel->place.rank || (depth == 0 && policy_changed))
            kthread_rank(thread->kernel, rank, threads_sliced(thread));
        if (!waiter)
            return;
        ring_remove(&waiters, &waiter->ring);
        enqueue(waiter);
        thread = waiter->owner;
    }
}

/* Whether `owner` waits, perhaps through others, for `thread`. */
static bool waits_for(const struct posix_thread *owner, const struct posix_thread *thread)
{
    for (unsigned depth = 0; owner && owner != thread && depth < CHAIN_MAX; depth++) {
        const struct pi_waiter *waiter = wait_of(owner);

        owner = waiter ? waiter->owner : NULL;
    }
    return owner == thread;
}

/* Gives the word to who waits first, or to nobody. */
static void hand_over(uint32_t *word, uint32_t mark)
{
    struct pi_waiter *first = first_of(word);
    uint32_t value = mark;

    if (first) {
        ring_remove(&waiters, &first->ring);
        set_owner(word, first->thread);
        value |= (uint32_t)first->thread->id | (first_of(word) ? FUTEX_WAITERS : 0);
    }
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    if (first) {
        threads_rank_again(first->thread, false);
        kthread_wake(first->thread->kernel);
    }
}

/* 0 if the word was nobody's, and is the thread's now. */
static bool take(uint32_t *word, const struct posix_thread *self)
{
    uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    while (!(old & FUTEX_TID_MASK)) {
        uint32_t new = (uint32_t)self->id | (old & FUTEX_OWNER_DIED);

        if (__atomic_compare_exchange_n(word, &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return true;
    }
    return false;
}

long threads_pi_lock(uint32_t *word, uint64_t deadline, bool only_try)
{
    struct posix_thread *self = threads_current(), *owner;
    struct pi_waiter waiter = {.word = word, .thread = self};

    if (take(word, self))
        return 0;
    owner = named_by(word);
    if (owner == self)
        return -EDEADLK;
    if (!owner)
        return -ESRCH;
    if (only_try)
        return -EAGAIN;
    if (waits_for(owner, self))
        return -EDEADLK;
    __atomic_fetch_or(word, FUTEX_WAITERS, __ATOMIC_SEQ_CST);
    waiter.owner = owner;
    enqueue(&waiter);
    threads_rank_again(owner, false);

    int error = kthread_block(deadline, true);
    if (!ring_held(&waiter.ring))
        return 0; /* it was handed over, even if something else happened before this thread ran again */
    ring_remove(&waiters, &waiter.ring);
    threads_rank_again(waiter.owner, false);
    return error;
}

long threads_pi_unlock(uint32_t *word)
{
    struct posix_thread *self = threads_current();

    if (named_by(word) != self)
        return -EPERM;
    hand_over(word, 0);
    threads_rank_again(self, false);
    return 0;
}

/*
 * A C library may have marked a word already, as musl does with robust mutexes, and then somebody else may
 * have taken it who knew nothing of those who wait.
 */
void threads_pi_end(const struct posix_thread *thread)
{
    struct ring *ring = ring_first(waiters);

    while (ring) {
        struct pi_waiter *waiter = (struct pi_waiter *)ring;
        struct posix_thread *now;

        if (waiter->owner != thread) {
            ring = ring_after(waiters, ring);
            continue;
        }
        now = named_by(waiter->word);
        if (now && now != thread) {
            __atomic_fetch_or(waiter->word, FUTEX_WAITERS, __ATOMIC_SEQ_CST);
            set_owner(waiter->word, now);
            threads_rank_again(now, false);
        } else {
            hand_over(waiter->word, FUTEX_OWNER_DIED);
        }
        ring = ring_first(waiters);
    }
}
