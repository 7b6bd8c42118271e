/*
 * epoll_wait(2). Costs a fixed number of steps a call and an event, however many descriptors are watched.
 */
#include "epoll_parts.h"

#include <clock.h>
#include <config.h>
#include <errno.h>
#include <limits.h>
#include <linux_poll.h>
#include <linux_time.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define MILLISECOND 1000000ull /* nanoseconds */
#define MOST_EVENTS (INT_MAX / 16)

long sys_epoll_pwait(long fd, long events, long count, long timeout, long mask, long mask_size);
long sys_epoll_pwait2(long fd, long events, long count, long timeout, long mask, long mask_size);
long sys_epoll_wait(long fd, long events, long count, long timeout);

/*
 * Hands out what is in the ready list. What is level-triggered goes behind the others, so that everybody has
 * a turn, and is looked at again by the next call; `last` is where the list ended when this one began.
 */
static long harvest(struct epoll *epoll, void *events, long most)
{
    struct ring *last = epoll->ready, *ring;
    long count = 0;

    if (last == NULL)
        return 0;
    do {
        struct epoll_item *item;
        unsigned found;

        ring = ring_first(epoll->ready);
        item = EPOLL_ITEM_OF(ready, ring);
        ring_remove(&epoll->ready, ring);
        found = epoll_check(item);
        if (found == 0)
            continue;
        linux_epoll_store(events, (unsigned)count++, found, item->data);
        if (item->asked & LINUX_EPOLLONESHOT)
            item->asked = item->watch.events = 0; /* until EPOLL_CTL_MOD: not even errors */
        else if (!(item->asked & LINUX_EPOLLET))
            ring_append(&epoll->ready, &item->ready);
    } while (ring != last && count < most);
    return count;
}

static long wait(struct epoll *epoll, void *events, long count, uint64_t deadline)
{
    long found;
    int outcome = 0;

    wait_poll();
    found = harvest(epoll, events, count);
    while (found == 0 && outcome == 0 && deadline != 0) {
        outcome = wait_until(&epoll->waiters, deadline, true);
        found = harvest(epoll, events, count);
    }
    if (found != 0 && epoll->ready != NULL)
        wait_wake(&epoll->waiters, 1); /* there is work for another thread */
    return found != 0 ? found : outcome == -EINTR ? -EINTR : 0;
}

static long wait_masked(long fd, void *events, long count, uint64_t deadline, const void *mask,
                        long mask_size)
{
    struct epoll *epoll;
    int error;
    long result;

    if (count <= 0 || count > MOST_EVENTS)
        return -EINVAL;
    epoll = epoll_get(fd, &error);
    if (epoll == NULL)
        return error;
    (void)mask_size;
    (void)mask;
#ifdef CONFIG_LIB_SIGNALS
    if (mask != NULL) {
        if (mask_size != sizeof(linux_sigset)) {
            fd_put(&epoll->file);
            return -EINVAL;
        }
        signals_mask_begin(*(const linux_sigset *)mask);
    }
#endif
    result = wait(epoll, events, count, deadline);
    fd_put(&epoll->file);
#ifdef CONFIG_LIB_SIGNALS
    if (mask != NULL)
        signals_mask_end((int)result);
    else if (result == -EINTR)
        signals_interrupted();
#endif
    return result;
}

/* 0: do not wait. */
static uint64_t deadline_of(int timeout)
{
    if (timeout < 0)
        return WAIT_FOR_EVER;
    return timeout != 0 ? clock_monotonic() + (unsigned)timeout * MILLISECOND : 0;
}

long sys_epoll_pwait(long fd, long events, long count, long timeout, long mask, long mask_size)
{
    return wait_masked(fd, (void *)events, (int)count, deadline_of((int)timeout), (const void *)mask,
                       mask_size);
}

long sys_epoll_wait(long fd, long events, long count, long timeout)
{
    return wait_masked(fd, (void *)events, (int)count, deadline_of((int)timeout), NULL, 0);
}

long sys_epoll_pwait2(long fd, long events, long count, long timeout, long mask, long mask_size)
{
    const struct linux_timespec *time = (const struct linux_timespec *)timeout;
    uint64_t deadline = WAIT_FOR_EVER, length;

    if (time != NULL) {
        if (time->seconds < 0 || (uint64_t)time->nanoseconds >= NANOSECONDS)
            return -EINVAL;
        length = linux_timespec_nanoseconds(time);
        if (length == 0)
            deadline = 0;
        else if (__builtin_add_overflow(clock_monotonic(), length, &deadline))
            deadline = WAIT_FOR_EVER;
    }
    return wait_masked(fd, (void *)events, (int)count, deadline, (const void *)mask, mask_size);
}
