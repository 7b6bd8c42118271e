#include "poll_parts.h"

#include <errno.h>
#include <fd_table.h>
#include <linux_time.h>
#include <wait_queue.h>

#define MILLISECOND 1000000ull /* nanoseconds */

long sys_poll(long fds, long count, long timeout);
long sys_ppoll(long fds, long count, long timeout, long mask, long mask_size);

long sys_poll(long fds, long count, long timeout)
{
    uint64_t deadline = (int)timeout < 0 ? WAIT_FOR_EVER : poll_deadline((unsigned)timeout * MILLISECOND);

    if ((unsigned long)count > fd_limit())
        return -EINVAL;
    return poll_wait((struct linux_pollfd *)fds, (size_t)count, deadline, NULL);
}

long sys_ppoll(long fds, long count, long timeout, long mask, long mask_size)
{
    const struct linux_timespec *time = (const struct linux_timespec *)timeout;
    uint64_t deadline = WAIT_FOR_EVER;

    if ((unsigned long)count > fd_limit() || (mask != 0 && mask_size != sizeof(linux_sigset)))
        return -EINVAL;
    if (time != NULL) {
        if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS)
            return -EINVAL;
        deadline = poll_deadline(linux_timespec_nanoseconds(time));
    }
    return poll_wait((struct linux_pollfd *)fds, (size_t)count, deadline, (const linux_sigset *)mask);
}
