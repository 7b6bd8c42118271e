#include "waiter.h"

#include <kernel_guard.h>

static void enqueue(struct sync_queue *queue, struct waiter *waiter)
{
    struct ring *before = queue->waiters;

    while (before && ((struct waiter *)before)->thread->place.rank < waiter->thread->place.rank)
        before = before == queue->waiters->next ? NULL : before->previous;
    ring_insert(&queue->waiters, before, &waiter->ring);
}

int sync_queue_wait(struct sync_queue *queue, uint64_t deadline, bool interruptible)
{
    struct waiter self = {.thread = kthread_current()};
    int outcome = 0;

    kernel_enter();
    enqueue(queue, &self);
    do {
        outcome = kthread_block(deadline, interruptible);
    } while (outcome == 0 && ring_held(&self.ring)); /* somebody's wake for another reason */
    if (ring_held(&self.ring))
        ring_remove(&queue->waiters, &self.ring);
    else
        outcome = 0; /* woken, whatever happened before this thread ran again */
    kernel_leave();
    return outcome;
}

struct kthread *sync_queue_take(struct sync_queue *queue)
{
    struct ring *first = ring_first(queue->waiters);
    struct kthread *thread;

    if (!first)
        return NULL;
    thread = ((struct waiter *)first)->thread;
    ring_remove(&queue->waiters, first);
    kthread_wake(thread);
    return thread;
}

unsigned sync_queue_wake(struct sync_queue *queue, unsigned count)
{
    unsigned woken = 0;

    kernel_enter();
    while (woken < count && sync_queue_take(queue))
        woken++;
    kernel_leave();
    return woken;
}
