#include "waiter.h"

#include <kernel_guard.h>

int sync_semaphore_down(struct sync_semaphore *semaphore, uint64_t deadline, bool interruptible)
{
    int outcome = 0;

    kernel_enter();
    if (semaphore->count > 0)
        semaphore->count--;
    else
        outcome = sync_queue_wait(&semaphore->queue, deadline, interruptible);
    kernel_leave();
    return outcome;
}

/* The one that is added goes to the first who waits, past the count: nobody else can take it. */
void sync_semaphore_up(struct sync_semaphore *semaphore)
{
    kernel_enter();
    if (!sync_queue_take(&semaphore->queue))
        semaphore->count++;
    kernel_leave();
}
