#include <errno.h>
#include <kthread.h>
#include <sleep.h>

/* Nobody wakes a thread that sleeps: it wakes when its time has come, or is interrupted. */
int sleep_until(uint64_t deadline)
{
    return kthread_block(deadline, true) == -EINTR ? -EINTR : 0;
}
