#include <kernel_guard.h>
#include <sync.h>

/* Under the guard nobody can wake between the unlock and the wait. */
int sync_condition_wait(struct sync_condition *condition, struct sync_mutex *mutex, uint64_t deadline,
                        bool interruptible)
{
    int outcome;

    kernel_enter();
    sync_mutex_unlock(mutex);
    outcome = sync_queue_wait(&condition->queue, deadline, interruptible);
    sync_mutex_lock(mutex);
    kernel_leave();
    return outcome;
}

void sync_condition_wake(struct sync_condition *condition, unsigned count)
{
    sync_queue_wake(&condition->queue, count);
}
