/*
 * A lock whose holder may sleep, as whoever waits for a device does, and code that runs while it sleeps.
 *
 * Free when all zeroes; it is its owner's memory. wait_lock_take() waits as long as another thread holds it:
 * those who wait get it in turn, those of higher rank first, and signals do not end the wait. A thread that
 * takes what it holds waits for ever. wait_lock_try() returns false instead of waiting. Only threads take and
 * give: never handlers of interrupts and timers. Code that never waits between looking and changing needs no
 * lock (wait_queue.h).
 */
#pragma once

#include <wait_queue.h>

struct wait_lock {
    bool held;
    struct wait_queue waiters;
};

static inline void wait_lock_take(struct wait_lock *lock)
{
    if (lock->held)
        (void)wait_until(&lock->waiters, WAIT_FOR_EVER, false); /* it is handed over, still held */
    else
        lock->held = true;
}

static inline bool wait_lock_try(struct wait_lock *lock)
{
    bool free = !lock->held;

    lock->held = true;
    return free;
}

static inline void wait_lock_give(struct wait_lock *lock)
{
    lock->held = wait_wake(&lock->waiters, 1) != 0;
}
