#include <errno.h>
#include <sleep.h>
#include <wait_queue.h>

/* Nobody wakes who sleeps: it wakes when its time has come, or is interrupted. */
int sleep_until(uint64_t deadline)
{
    struct wait_queue nobody = {0};

    return wait_until(&nobody, deadline, true) == -EINTR ? -EINTR : 0;
}
