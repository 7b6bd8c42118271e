/*
 * Waiting, for code of the kernel.
 *
 * All of these are their owner's memory, empty when it is all zeroes (but a semaphore has its count, and a
 * mutex is unlocked); nothing is allocated. Nobody may wait when the memory is given up. Threads of higher
 * rank are woken first, equals in the order in which they came. Each function may be called with or without
 * the guard (kernel_guard.h). Waking may be done by timers and handlers of interrupts, waiting by threads
 * only.
 *
 * Deadlines are of clock_monotonic(), SYNC_FOR_EVER for none. A wait ends with 0, with -ETIMEDOUT, or, if it
 * is `interruptible`, with -EINTR (kthread.h). A deadline that has passed still lets others run once.
 *
 * Queue: sync_queue_wait() waits until woken. sync_queue_wake() wakes at most `count` and returns how many;
 * who is woken does not count as waiting any more. What is waited for is looked at before and after, in the
 * kernel, where no other thread comes between looking and waiting.
 *
 * Mutex: for what is kept while its holder waits for something else; the guard is enough for all the rest.
 * Not recursive: locking it again panics, and so does unlocking what another thread holds.
 * sync_mutex_unlock() gives it to the first who waits. sync_mutex_lock() cannot be interrupted.
 *
 * Semaphore: sync_semaphore_down() takes one when there is one; sync_semaphore_up() adds one.
 *
 * Condition: sync_condition_wait() unlocks the mutex, waits, and has the mutex again when it returns,
 * whatever it returns.
 */
#pragma once

#include <kthread.h>
#include <ring.h>
#include <stdbool.h>
#include <stdint.h>

#define SYNC_FOR_EVER KTHREAD_FOR_EVER
#define SYNC_ALL UINT32_MAX

struct sync_queue {
    struct ring *waiters; /* the last of them */
};

struct sync_mutex {
    struct kthread *holder;
    struct sync_queue queue;
};

struct sync_semaphore {
    unsigned count;
    struct sync_queue queue;
};

struct sync_condition {
    struct sync_queue queue;
};

int sync_queue_wait(struct sync_queue *queue, uint64_t deadline, bool interruptible);
unsigned sync_queue_wake(struct sync_queue *queue, unsigned count);

void sync_mutex_lock(struct sync_mutex *mutex);
bool sync_mutex_try_lock(struct sync_mutex *mutex);
void sync_mutex_unlock(struct sync_mutex *mutex);

int sync_semaphore_down(struct sync_semaphore *semaphore, uint64_t deadline, bool interruptible);
void sync_semaphore_up(struct sync_semaphore *semaphore);

int sync_condition_wait(struct sync_condition *condition, struct sync_mutex *mutex, uint64_t deadline,
                        bool interruptible);
void sync_condition_wake(struct sync_condition *condition, unsigned count);
