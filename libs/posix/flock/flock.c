/*
 * flock(2). A lock belongs to an open file, whatever the number of its descriptors, and goes with it. Those
 * who wait for a lock are told whenever one goes, and look again.
 */
#include <config.h>
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>
#include <readiness.h>
#include <stddef.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

struct lock {
    struct file_watch watch;
    struct lock *next;
    struct open_file *file; /* no reference: `watch` tells when it goes */
    uint64_t device, inode;
    bool exclusive;
};

long sys_flock(long fd, long operation);

static struct lock *locks;
static struct readiness released;

static struct lock *find(const struct open_file *file)
{
    struct lock *lock = locks;

    while (lock != NULL && lock->file != file)
        lock = lock->next;
    return lock;
}

static void drop(struct lock *lock)
{
    struct lock **place = &locks;

    while (*place != lock)
        place = &(*place)->next;
    *place = lock->next;
    heap_free(lock);
    readiness_notify(&released, READINESS_IN);
}

static void gone(struct file_watch *watch)
{
    drop((struct lock *)watch);
}

static void unlock(struct open_file *file)
{
    struct lock *lock = find(file);

    if (lock != NULL) {
        fd_unwatch(&lock->watch);
        drop(lock);
    }
}

static bool in_the_way(const struct open_file *file, const struct linux_stat_values *values, bool exclusive)
{
    for (const struct lock *lock = locks; lock != NULL; lock = lock->next)
        if (lock->file != file && lock->device == values->device && lock->inode == values->inode &&
            (exclusive || lock->exclusive))
            return true;
    return false;
}

/* What was held before is given up first: a change of a lock is not one step (flock(2)). */
static int take(struct open_file *file, bool exclusive, bool waits)
{
    struct linux_stat_values values;
    struct lock *lock = find(file);

    if (lock != NULL && lock->exclusive == exclusive)
        return 0;
    file->ops->stat(file, &values);
    unlock(file);
    while (in_the_way(file, &values, exclusive)) {
        int error = waits ? readiness_wait(&released, READINESS_IN, WAIT_FOR_EVER, false) : -EAGAIN;

        if (error != 0)
            return error;
    }
    lock = heap_alloc(sizeof(*lock));
    if (lock == NULL)
        return -ENOLCK;
    *lock = (struct lock){
        .watch = {.gone = gone},
        .next = locks,
        .file = file,
        .device = values.device,
        .inode = values.inode,
        .exclusive = exclusive,
    };
    locks = lock;
    fd_watch(file, &lock->watch);
    return 0;
}

static int once(long fd, int what, bool waits)
{
    struct open_file *file = fd_get(fd);
    int error = 0;

    if (file == NULL || (file->flags & LINUX_O_PATH))
        error = -EBADF;
    else if (what == LINUX_LOCK_UN)
        unlock(file);
    else
        error = take(file, what == LINUX_LOCK_EX, waits);
    if (file != NULL)
        fd_put(file);
    return error;
}

long sys_flock(long fd, long operation)
{
    int what = (int)operation & ~LINUX_LOCK_NB, error;

    if (what != LINUX_LOCK_SH && what != LINUX_LOCK_EX && what != LINUX_LOCK_UN)
        return -EINVAL;
    error = once(fd, what, !(operation & LINUX_LOCK_NB));
#ifdef CONFIG_LIB_SIGNALS
    while (error == -EINTR && signals_restart())
        error = once(fd, what, true);
#endif
    return error;
}
