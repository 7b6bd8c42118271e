/*
 * epoll_create(2) and epoll_ctl(2).
 */
#include "epoll_parts.h"

#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <linux_poll.h>

#define FLAGS (LINUX_EPOLLET | LINUX_EPOLLONESHOT | LINUX_EPOLLWAKEUP | LINUX_EPOLLEXCLUSIVE)
#define WITH_EXCLUSIVE                                                                                       \
    (READINESS_IN | READINESS_OUT | READINESS_ALWAYS | LINUX_EPOLLWAKEUP | LINUX_EPOLLET |                   \
     LINUX_EPOLLEXCLUSIVE) /* EPOLLEXCLUSIVE_OK_BITS in Linux's fs/eventpoll.c */

long sys_epoll_create(long size);
long sys_epoll_create1(long flags);
long sys_epoll_ctl(long fd, long operation, long target, long event);

static const struct open_file_ops operations;

struct epoll *epoll_of(struct open_file *file)
{
    return file->ops == &operations ? (struct epoll *)file : NULL;
}

struct epoll *epoll_get(long fd, int *error)
{
    struct open_file *file = fd_get(fd);

    *error = -EBADF;
    if (file == NULL || file->ops == &operations)
        return (struct epoll *)file;
    fd_put(file);
    *error = -EINVAL;
    return NULL;
}

/* Readable if an event would be had now; what is in the ready list for nothing goes. */
static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    struct epoll *epoll = (struct epoll *)file;
    struct ring *first;

    *readiness = &epoll->readiness;
    while ((first = ring_first(epoll->ready)) != NULL) {
        if (epoll_check(EPOLL_ITEM_OF(ready, first)) != 0)
            return READINESS_READABLE;
        ring_remove(&epoll->ready, first);
    }
    return 0;
}

static void release(struct open_file *file)
{
    struct epoll *epoll = (struct epoll *)file;

    for (unsigned i = 0; i < epoll->bucket_count; i++)
        while (epoll->buckets[i] != NULL)
            epoll_remove(epoll->buckets[i]);
    heap_free(epoll->buckets);
    heap_free(epoll);
}

static const struct open_file_ops operations = {
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

long sys_epoll_create1(long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);
    struct epoll *epoll;

    if (known & ~LINUX_O_CLOEXEC)
        return -EINVAL;
    epoll = heap_alloc(sizeof(*epoll));
    if (epoll == NULL)
        return -ENOMEM;
    *epoll = (struct epoll){.file = {.ops = &operations, .references = 1, .flags = LINUX_O_RDWR}};
    return fd_open(&epoll->file, known & LINUX_O_CLOEXEC);
}

long sys_epoll_create(long size)
{
    return (int)size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

static void set(struct epoll_item *item, uint32_t asked, uint64_t data)
{
    item->asked = asked | READINESS_ALWAYS;
    item->watch.events = item->asked & ~FLAGS;
    item->data = data;
}

static int add(struct epoll *epoll, struct open_file *file, int fd, uint32_t asked, uint64_t data)
{
    const struct epoll *inner = epoll_of(file);
    struct epoll_item *item;
    int error;

    if ((asked & LINUX_EPOLLEXCLUSIVE) && ((asked & ~WITH_EXCLUSIVE) || inner != NULL))
        return -EINVAL;
    if (epoll_find(epoll, fd, file) != NULL)
        return -EEXIST;
    if (inner != NULL && epoll_nest(epoll, inner) != 0)
        return -ELOOP;
    item = heap_alloc(sizeof(*item));
    if (item == NULL)
        return -ENOMEM;
    *item = (struct epoll_item){.epoll = epoll, .file = file, .fd = fd};
    set(item, asked, data);
    error = epoll_add(item);
    if (error != 0) {
        heap_free(item);
        return error;
    }
    if (epoll_check(item) != 0)
        epoll_mark(item);
    return 0;
}

static int modify(struct epoll_item *item, uint32_t asked, uint64_t data)
{
    if ((asked | item->asked) & LINUX_EPOLLEXCLUSIVE)
        return -EINVAL;
    set(item, asked, data);
    if (epoll_check(item) != 0)
        epoll_mark(item);
    return 0;
}

static int control(struct epoll *epoll, int operation, struct open_file *file, int fd, const void *event)
{
    struct epoll_item *item;
    uint32_t asked = 0;
    uint64_t data = 0;

    if (file->ops->poll == NULL)
        return -EPERM;
    if (&epoll->file == file)
        return -EINVAL;
    if (operation != LINUX_EPOLL_CTL_DEL) {
        if (event == NULL)
            return -EFAULT;
        asked = linux_epoll_load(event, 0, &data);
    }
    item = epoll_find(epoll, fd, file);
    switch (operation) {
    case LINUX_EPOLL_CTL_ADD:
        return add(epoll, file, fd, asked, data);
    case LINUX_EPOLL_CTL_MOD:
        return item != NULL ? modify(item, asked, data) : -ENOENT;
    case LINUX_EPOLL_CTL_DEL:
        if (item == NULL)
            return -ENOENT;
        epoll_remove(item);
        return 0;
    default:
        return -EINVAL;
    }
}

long sys_epoll_ctl(long fd, long operation, long target, long event)
{
    int error;
    struct epoll *epoll = NULL;
    struct open_file *file = fd_get(target);

    if (file == NULL)
        return -EBADF;
    epoll = epoll_get(fd, &error);
    if (epoll != NULL) {
        error = control(epoll, (int)operation, file, (int)target, (const void *)event);
        fd_put(&epoll->file);
    }
    fd_put(file);
    return error;
}
