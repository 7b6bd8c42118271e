/*
 * eventfd(2).
 */
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>
#include <readiness.h>
#include <stdint.h>

#define EFD_SEMAPHORE 1 /* include/uapi/linux/eventfd.h; the other flags are those of open(2) */
#define MOST (UINT64_MAX - 1)

struct eventfd {
    struct open_file file;
    struct readiness readiness;
    uint64_t count;
    bool semaphore;
};

long sys_eventfd(long count);
long sys_eventfd2(long count, long flags);

static struct eventfd *of(struct open_file *file)
{
    return (struct eventfd *)file;
}

static int wait(struct open_file *file, unsigned events)
{
    if (file->flags & LINUX_O_NONBLOCK) {
        wait_poll();
        return -EAGAIN;
    }
    return readiness_wait(&of(file)->readiness, events, WAIT_FOR_EVER, false);
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct eventfd *self = of(file);
    uint64_t value;

    if (size < sizeof(value))
        return -EINVAL;
    while (self->count == 0) {
        int error = wait(file, READINESS_READABLE);

        if (error != 0)
            return error;
    }
    value = self->semaphore ? 1 : self->count;
    self->count -= value;
    *(uint64_t *)buffer = value;
    readiness_notify(&self->readiness, READINESS_WRITABLE);
    return sizeof(value);
}

static long write(struct open_file *file, const void *data, size_t size)
{
    struct eventfd *self = of(file);
    uint64_t value;

    if (size < sizeof(value))
        return -EINVAL;
    value = *(const uint64_t *)data;
    if (value == UINT64_MAX)
        return -EINVAL;
    while (value > MOST - self->count) {
        int error = wait(file, READINESS_WRITABLE);

        if (error != 0)
            return error;
    }
    self->count += value;
    readiness_notify(&self->readiness, READINESS_READABLE);
    return sizeof(value);
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    struct eventfd *self = of(file);

    *readiness = &self->readiness;
    return (self->count > 0 ? READINESS_IN : 0) | (self->count < MOST ? READINESS_OUT : 0);
}

static void release(struct open_file *file)
{
    heap_free(file);
}

static const struct open_file_ops operations = {
    .read = read,
    .write = write,
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

long sys_eventfd2(long count, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags & ~(unsigned)EFD_SEMAPHORE);
    struct eventfd *self;

    if (known & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK))
        return -EINVAL;
    self = heap_alloc(sizeof(*self));
    if (self == NULL)
        return -ENOMEM;
    *self = (struct eventfd){
        .file = {.ops = &operations, .references = 1, .flags = LINUX_O_RDWR | (known & LINUX_O_NONBLOCK)},
        .count = (unsigned)count,
        .semaphore = flags & EFD_SEMAPHORE,
    };
    return fd_open(&self->file, known & LINUX_O_CLOEXEC);
}

long sys_eventfd(long count)
{
    return sys_eventfd2(count, 0);
}
