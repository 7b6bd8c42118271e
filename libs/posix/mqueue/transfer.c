/*
 * mq_timedsend(3) and mq_timedreceive(3). Who waits is woken in the order of priority, and then of time; what
 * it waited for may be gone when it runs, and then it goes on waiting, behind the others.
 */
#include <clock.h>
#include <config.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <linux_time.h>
#include <string.h>

#include "mqueue_parts.h"

#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define PRIORITIES 32768 /* MQ_PRIO_MAX: Linux, include/uapi/linux/limits.h */

long sys_mq_timedsend(long fd, long bytes, long size, long priority, long timeout);
long sys_mq_timedreceive(long fd, long buffer, long size, long priority, long timeout);

/* When a wait ends, by clock_monotonic(); the application says it by the clock on the wall. */
static int deadline_of(const struct linux_timespec *timeout, uint64_t *deadline)
{
    uint64_t time, now;

    *deadline = WAIT_FOR_EVER;
    if (!timeout)
        return 0;
    if (timeout->seconds < 0 || (uint64_t)timeout->nanoseconds >= NANOSECONDS)
        return -EINVAL;
    time = linux_timespec_nanoseconds(timeout);
    now = clock_realtime();
    time = time > now ? time - now : 0;
    if (!__builtin_add_overflow(time, clock_monotonic(), &now))
        *deadline = now;
    return 0;
}

/* The file, if it may be read or written: `forbidden` is the access mode that does not allow it. */
static struct mqueue_file *get(long fd, unsigned forbidden)
{
    struct mqueue_file *self = mqueue_file_get(fd);

    if (self && (self->file.flags & LINUX_O_ACCMODE) == forbidden) {
        fd_put(&self->file);
        return NULL;
    }
    return self;
}

static int wait(const struct mqueue_file *self, struct wait_queue *queue, uint64_t deadline)
{
    if (self->file.flags & LINUX_O_NONBLOCK) {
        wait_poll();
        return -EAGAIN;
    }
    return wait_until(queue, deadline, true);
}

/* Whether a call that ends with `result`, holding nothing any more, begins again. */
static bool again(long result)
{
#ifdef CONFIG_LIB_SIGNALS
    return result == -EINTR && signals_restart();
#else
    (void)result;
    return false;
#endif
}

static long send(struct mqueue_file *self, const void *bytes, size_t size, unsigned priority,
                 uint64_t deadline)
{
    struct mqueue *queue = self->queue;
    struct mqueue_message *message;

    if (size > queue->size_maximum)
        return -EMSGSIZE;
    while (queue->count >= queue->maximum) {
        int error = wait(self, &queue->senders, deadline);

        if (error && queue->count >= queue->maximum)
            return error;
    }
    message = heap_alloc(sizeof(*message) + size);
    if (!message) {
        wait_wake(&queue->senders, 1); /* there is room still */
        return -ENOMEM;
    }
    message->priority = priority;
    message->size = size;
    memcpy(message->bytes, bytes, size);
    mqueue_put(queue, message);
    if (!wait_wake(&queue->receivers, 1) && queue->count == 1)
        mqueue_tell(queue);
    readiness_notify(&queue->readiness, READINESS_READABLE);
    return 0;
}

static long receive(struct mqueue_file *self, void *buffer, size_t size, unsigned *priority,
                    uint64_t deadline)
{
    struct mqueue *queue = self->queue;
    struct mqueue_message *message;

    if (size < queue->size_maximum)
        return -EMSGSIZE;
    while (!queue->count) {
        int error = wait(self, &queue->receivers, deadline);

        if (error && !queue->count)
            return error;
    }
    message = mqueue_take(queue);
    size = message->size;
    memcpy(buffer, message->bytes, size);
    if (priority)
        *priority = message->priority;
    heap_free(message);
    wait_wake(&queue->senders, 1);
    readiness_notify(&queue->readiness, READINESS_WRITABLE);
    return (long)size;
}

long sys_mq_timedsend(long fd, long bytes, long size, long priority, long timeout)
{
    uint64_t deadline;
    long result = deadline_of((const struct linux_timespec *)timeout, &deadline);

    if (result)
        return result;
    if ((unsigned)priority >= PRIORITIES)
        return -EINVAL;
    do {
        struct mqueue_file *self = get(fd, LINUX_O_RDONLY);

        if (!self)
            return -EBADF;
        result = send(self, (const void *)bytes, (size_t)size, (unsigned)priority, deadline);
        fd_put(&self->file);
    } while (again(result));
    return result;
}

long sys_mq_timedreceive(long fd, long buffer, long size, long priority, long timeout)
{
    uint64_t deadline;
    long result = deadline_of((const struct linux_timespec *)timeout, &deadline);

    if (result)
        return result;
    do {
        struct mqueue_file *self = get(fd, LINUX_O_WRONLY);

        if (!self)
            return -EBADF;
        result = receive(self, (void *)buffer, (size_t)size, (unsigned *)priority, deadline);
        fd_put(&self->file);
    } while (again(result));
    return result;
}
