/*
 * mq_open(3), mq_unlink(3), mq_getattr(3) and mq_setattr(3), as musl asks for them: the name comes without
 * its slash. There is one user, who may do everything: modes mean nothing.
 */
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <linux_layout.h>
#include <string.h>

#include "mqueue_parts.h"

/* Linux, include/linux/ipc_namespace.h: what is not said, and the most. */
#define DEFAULT_MAXIMUM 10
#define DEFAULT_SIZE_MAXIMUM 8192
#define HARD_MAXIMUM 65536
#define HARD_SIZE_MAXIMUM (16 * 1024 * 1024)

#define NAME_MAX 255

long sys_mq_open(long name, long flags, long mode, long attributes);
long sys_mq_unlink(long name);
long sys_mq_getsetattr(long fd, long new, long old);

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    struct mqueue *queue = ((struct mqueue_file *)file)->queue;

    *readiness = &queue->readiness;
    return (queue->count ? READINESS_READABLE : 0) | (queue->count < queue->maximum ? READINESS_WRITABLE : 0);
}

static void release(struct open_file *file)
{
    struct mqueue *queue = ((struct mqueue_file *)file)->queue;

    if (queue->told == (struct mqueue_file *)file)
        queue->told = NULL;
    mqueue_drop(queue);
    heap_free(file);
}

static const struct open_file_ops operations = {
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

struct mqueue_file *mqueue_file_get(long fd)
{
    struct open_file *file = fd_get(fd);

    if (file && file->ops != &operations) {
        fd_put(file);
        return NULL;
    }
    return (struct mqueue_file *)file;
}

static int check_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0)
        return -ENOENT;
    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    return strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? -EACCES : 0;
}

/* The queue of that name with a reference for the caller, or a new one. */
static int find_or_create(const char *name, unsigned flags, const struct mqueue_attributes *attributes,
                          struct mqueue **queue)
{
    *queue = mqueue_find(name);
    if (*queue) {
        if ((flags & LINUX_O_CREAT) && (flags & LINUX_O_EXCL))
            return -EEXIST;
        (*queue)->references++;
        return 0;
    }
    if (!(flags & LINUX_O_CREAT))
        return -ENOENT;
    if (!attributes) {
        *queue = mqueue_create(name, DEFAULT_MAXIMUM, DEFAULT_SIZE_MAXIMUM);
    } else {
        if (attributes->maximum <= 0 || attributes->maximum > HARD_MAXIMUM || attributes->size_maximum <= 0 ||
            attributes->size_maximum > HARD_SIZE_MAXIMUM)
            return -EINVAL;
        *queue = mqueue_create(name, (size_t)attributes->maximum, (size_t)attributes->size_maximum);
    }
    return *queue ? 0 : -ENOMEM;
}

long sys_mq_open(long name, long flags, long mode, long attributes)
{
    unsigned known = linux_open_flags((unsigned)flags);
    struct mqueue_file *file;
    struct mqueue *queue;
    int error = check_name((const char *)name);
    long fd;

    (void)mode;
    if (error)
        return error;
    if ((known & LINUX_O_ACCMODE) == LINUX_O_ACCMODE)
        return -EINVAL;
    fd = fd_reserve(0, known & LINUX_O_CLOEXEC);
    if (fd < 0)
        return fd;
    file = heap_alloc(sizeof(*file));
    error =
        file ? find_or_create((const char *)name, known, (const struct mqueue_attributes *)attributes, &queue)
             : -ENOMEM;
    if (error) {
        heap_free(file);
        fd_cancel(fd);
        return error;
    }
    *file = (struct mqueue_file){
        .file = {.ops = &operations, .references = 1, .flags = known & (LINUX_O_ACCMODE | LINUX_O_NONBLOCK)},
        .queue = queue,
    };
    fd_fill(fd, &file->file);
    return fd;
}

long sys_mq_unlink(long name)
{
    int error = check_name((const char *)name);
    struct mqueue *queue = error ? NULL : mqueue_find((const char *)name);

    if (error)
        return error;
    if (!queue)
        return -ENOENT;
    mqueue_forget(queue);
    return 0;
}

long sys_mq_getsetattr(long fd, long new, long old)
{
    const struct mqueue_attributes *wanted = (const struct mqueue_attributes *)new;
    struct mqueue_file *self;

    if (wanted && (wanted->flags & ~(int64_t)LINUX_O_NONBLOCK))
        return -EINVAL;
    self = mqueue_file_get(fd);
    if (!self)
        return -EBADF;
    /* Both may be the same memory. */
    int64_t flags = wanted ? wanted->flags : 0;

    if (old)
        *(struct mqueue_attributes *)old = (struct mqueue_attributes){
            .flags = self->file.flags & LINUX_O_NONBLOCK,
            .maximum = (int64_t)self->queue->maximum,
            .size_maximum = (int64_t)self->queue->size_maximum,
            .count = (int64_t)self->queue->count,
        };
    if (wanted)
        self->file.flags = (self->file.flags & ~(unsigned)LINUX_O_NONBLOCK) | (unsigned)flags;
    fd_put(&self->file);
    return 0;
}
