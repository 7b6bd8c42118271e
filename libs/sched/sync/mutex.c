#include "waiter.h"

#include <kernel_guard.h>
#include <panic.h>

void sync_mutex_lock(struct sync_mutex *mutex)
{
    struct kthread *self = kthread_current();

    kernel_enter();
    if (mutex->holder == self)
        panic("sync: a thread locks a mutex that it holds");
    if (!mutex->holder)
        mutex->holder = self;
    else
        sync_queue_wait(&mutex->queue, SYNC_FOR_EVER,
                        false); /* sync_mutex_unlock() makes this thread the holder */
    kernel_leave();
}

bool sync_mutex_try_lock(struct sync_mutex *mutex)
{
    bool got;

    kernel_enter();
    got = !mutex->holder;
    if (got)
        mutex->holder = kthread_current();
    kernel_leave();
    return got;
}

void sync_mutex_unlock(struct sync_mutex *mutex)
{
    kernel_enter();
    if (mutex->holder != kthread_current())
        panic("sync: a thread unlocks a mutex that it does not hold");
    mutex->holder = sync_queue_take(&mutex->queue);
    kernel_leave();
}
