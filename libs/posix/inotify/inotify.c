/*
 * The system calls, and the descriptor that is read.
 */
#include "inotify_parts.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define KEPT (LINUX_IN_ALL_EVENTS | LINUX_IN_ONESHOT | LINUX_IN_EXCL_UNLINK)
#define KNOWN                                                                                                \
    (KEPT | LINUX_IN_UNMOUNT | LINUX_IN_Q_OVERFLOW | LINUX_IN_IGNORED | LINUX_IN_ISDIR | LINUX_IN_ONLYDIR |  \
     LINUX_IN_DONT_FOLLOW | LINUX_IN_MASK_CREATE | LINUX_IN_MASK_ADD)

long sys_inotify_add_watch(long fd, long path, long mask);
long sys_inotify_init(void);
long sys_inotify_init1(long flags);
long sys_inotify_rm_watch(long fd, long number);

static struct inotify *of(struct open_file *file)
{
    return (struct inotify *)file;
}

static long take(struct inotify *self, unsigned char *buffer, size_t size)
{
    size_t used = 0;

    while (self->first != NULL) {
        const struct inotify_event *event = self->first;
        const struct linux_inotify_event out = {event->watch, event->mask, event->cookie, event->length};

        if (sizeof(out) + event->length > size - used)
            break;
        memcpy(buffer + used, &out, sizeof(out));
        memcpy(buffer + used + sizeof(out), inotify_name_of(event), event->length);
        used += sizeof(out) + event->length;
        inotify_drop_event(self);
    }
    return used != 0 ? (long)used : -EINVAL;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct inotify *self = of(file);

    while (self->first == NULL) {
        int error;

        if (file->flags & LINUX_O_NONBLOCK) {
            wait_poll();
            return -EAGAIN;
        }
        error = readiness_wait(&self->readiness, READINESS_READABLE, WAIT_FOR_EVER, false);
        if (error != 0)
            return error;
    }
    return take(self, buffer, size);
}

/* Linux has it that nothing moves. */
static int64_t seek(struct open_file *file, int64_t offset, int whence)
{
    (void)file, (void)offset, (void)whence;
    return 0;
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    *readiness = &of(file)->readiness;
    return of(file)->first != NULL ? READINESS_READABLE : 0;
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    if (request != LINUX_FIONREAD)
        return -ENOTTY;
    *(int *)argument = (int)of(file)->bytes;
    return 0;
}

static void release(struct open_file *file)
{
    struct inotify *self = of(file);

    while (self->watches != NULL)
        inotify_unwatch(self->watches, false);
    while (self->first != NULL)
        inotify_drop_event(self);
    heap_free(self);
}

static const struct open_file_ops operations = {
    .read = read,
    .seek = seek,
    .control = control,
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

long sys_inotify_init1(long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);
    struct inotify *self;

    if (known & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK))
        return -EINVAL;
    self = heap_alloc(sizeof(*self));
    if (self == NULL)
        return -ENOMEM;
    *self = (struct inotify){
        .file = {.ops = &operations, .references = 1, .flags = known & LINUX_O_NONBLOCK},
    };
    return fd_open(&self->file, known & LINUX_O_CLOEXEC);
}

long sys_inotify_init(void)
{
    return sys_inotify_init1(0);
}

static struct inotify *get(long fd, int *error)
{
    struct open_file *file = fd_get(fd);

    *error = file == NULL ? -EBADF : -EINVAL;
    if (file == NULL || file->ops == &operations)
        return (struct inotify *)file;
    fd_put(file);
    return NULL;
}

static int find(const char *path, uint32_t mask, struct vnode **found)
{
    int error =
        path == NULL ? -EFAULT : vfs_lookup(NULL, path, mask & LINUX_IN_DONT_FOLLOW ? 0 : VFS_FOLLOW, found);

    if (error != 0)
        return error;
    if ((mask & LINUX_IN_ONLYDIR) && (*found)->type != VNODE_DIRECTORY)
        error = -ENOTDIR;
#ifdef CONFIG_LIB_USERS
    else
        error = vfs_may(*found, VFS_READ, 0);
#endif
    if (error != 0)
        vnode_put(*found);
    return error;
}

/* A new watch, or another mask for the one that there is. Takes over the reference. */
static long watch(struct inotify *self, struct vnode *vnode, uint32_t mask)
{
    struct inotify_watch *found = inotify_find(self, vnode);

    if (found == NULL) {
        found = inotify_watch_new(self, vnode, mask & KEPT);
        return found != NULL ? found->number : -ENOMEM;
    }
    vnode_put(vnode);
    if (mask & LINUX_IN_MASK_CREATE)
        return -EEXIST;
    found->mask = (mask & LINUX_IN_MASK_ADD ? found->mask : 0) | (mask & KEPT);
    return found->number;
}

long sys_inotify_add_watch(long fd, long path, long wanted)
{
    uint32_t mask = (uint32_t)wanted;
    struct inotify *self;
    struct vnode *vnode;
    long result;
    int error;

    if (!(mask & KNOWN) || (mask & ~KNOWN))
        return -EINVAL;
    self = get(fd, &error);
    if (self == NULL)
        return error;
    if ((mask & LINUX_IN_MASK_ADD) && (mask & LINUX_IN_MASK_CREATE))
        error = -EINVAL;
    else
        error = find((const char *)path, mask, &vnode);
    result = error != 0 ? error : watch(self, vnode, mask);
    fd_put(&self->file);
    return result;
}

long sys_inotify_rm_watch(long fd, long number)
{
    struct inotify_watch *found;
    int error;
    struct inotify *self = get(fd, &error);

    if (self == NULL)
        return error;
    found = self->watches;
    while (found != NULL && found->number != (int32_t)number)
        found = found->next_own;
    if (found != NULL)
        inotify_unwatch(found, true);
    fd_put(&self->file);
    return found != NULL ? 0 : -EINVAL;
}
