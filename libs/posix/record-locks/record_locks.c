#include "ranges.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <record_locks.h>
#include <wait_queue.h>
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif

/* A file that somebody has locked a part of, or waits for. */
struct file {
    struct file *next;
    uint64_t device, inode;
    struct record_range *ranges;
    unsigned waiting;
};

/* A process that waits for a range. It stands on its thread's stack. */
struct waiter {
    struct waiter *next;
    const struct file *file;
    const struct record_range *wanted;
    bool reached, followed; /* of the search for a circle */
};

static struct file *files;
static struct waiter *waiters;
static struct wait_queue given_up; /* some range was */

/* Who holds what the running process locks. */
static const void *self(void)
{
#ifdef CONFIG_LIB_PROCESSES
    return processes_current();
#else
    return &files; /* there is one process */
#endif
}

static int pid_of(const void *owner)
{
#ifdef CONFIG_LIB_PROCESSES
    for (struct process *process = processes_next(NULL); process != NULL; process = processes_next(process))
        if (process == owner)
            return processes_pid(process);
#else
    if (owner == &files)
        return 1;
#endif
    return -1; /* of an open file: fcntl(2) */
}

static struct file *find(const struct linux_stat_values *values)
{
    struct file *file = files;

    while (file != NULL && (file->device != values->device || file->inode != values->inode))
        file = file->next;
    return file;
}

static struct file *find_or_make(const struct linux_stat_values *values)
{
    struct file *file = find(values);

    if (file != NULL)
        return file;
    file = heap_alloc(sizeof(*file));
    if (file == NULL)
        return NULL;
    *file = (struct file){.next = files, .device = values->device, .inode = values->inode};
    files = file;
    return file;
}

/* Forgets a file of which nothing is locked. */
static void tidy(struct file *file)
{
    struct file **place = &files;

    if (file->ranges != NULL || file->waiting != 0)
        return;
    while (*place != file)
        place = &(*place)->next;
    *place = file->next;
    heap_free(file);
}

/* Marks those who wait in the name of `owner`. */
static bool reach(const void *owner)
{
    bool more = false;

    for (struct waiter *waiter = waiters; waiter != NULL; waiter = waiter->next) {
        if (waiter->reached || waiter->wanted->owner != owner)
            continue;
        waiter->reached = more = true;
    }
    return more;
}

/*
 * Whether a process that waited for what `holder` holds would wait for itself: `holder`, or somebody for whom
 * it waits, directly or not, waits for the process. Open files wait for nobody: fcntl(2), EDEADLK.
 */
static bool is_circle(const void *process, const void *holder)
{
    bool more;

    for (struct waiter *waiter = waiters; waiter != NULL; waiter = waiter->next)
        waiter->reached = waiter->followed = false;
    more = reach(holder);
    while (more) {
        more = false;
        for (struct waiter *waiter = waiters; waiter != NULL; waiter = waiter->next) {
            const struct record_range *range;

            if (!waiter->reached || waiter->followed)
                continue;
            waiter->followed = true;
            range = record_ranges_conflict(waiter->file->ranges, waiter->wanted);
            if (range == NULL)
                continue; /* it has been woken already */
            if (range->owner == process)
                return true;
            more |= reach(range->owner);
        }
    }
    return false;
}

static int wait(struct file *file, const struct record_range *wanted)
{
    struct waiter waiter = {.next = waiters, .file = file, .wanted = wanted}, **place = &waiters;
    int error;

    waiters = &waiter;
    file->waiting++;
    error = wait_until(&given_up, WAIT_FOR_EVER, true);
    file->waiting--;
    while (*place != &waiter)
        place = &(*place)->next;
    *place = waiter.next;
    return error;
}

static int take(struct file *file, const struct record_range *wanted, bool waits)
{
    const struct record_range *range;
    int error;

    while ((range = record_ranges_conflict(file->ranges, wanted)) != NULL) {
        if (!waits)
            return -EAGAIN;
        if (wanted->owner == self() && is_circle(wanted->owner, range->owner))
            return -EDEADLK;
        error = wait(file, wanted);
        if (error != 0)
            return error;
    }
    error = record_ranges_take(&file->ranges, wanted);
    if (error == 0 && !wanted->exclusive)
        wait_wake(&given_up, WAIT_ALL); /* it may have been exclusive */
    return error;
}

static int drop(struct file *file, const struct record_range *range)
{
    int error = record_ranges_drop(&file->ranges, range);

    if (error == 0)
        wait_wake(&given_up, WAIT_ALL);
    return error;
}

/* The bytes that are meant, and `values` of the file: as Linux, fs/locks.c, flock_to_posix_lock(). */
static int read_range(struct open_file *file, const struct linux_flock *lock,
                      const struct linux_stat_values *values, struct record_range *range)
{
    int64_t start = 0;

    if (lock->whence == LINUX_SEEK_CUR)
        start = file->ops->seek != NULL ? file->ops->seek(file, 0, LINUX_SEEK_CUR) : 0;
    else if (lock->whence == LINUX_SEEK_END)
        start = (int64_t)values->size;
    else if (lock->whence != LINUX_SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow(start, lock->start, &start))
        return -EOVERFLOW;
    if (start < 0)
        return -EINVAL;
    range->start = start;
    range->end = RECORD_RANGES_END;
    if (lock->length > 0 && __builtin_add_overflow(start, lock->length - 1, &range->end))
        return -EOVERFLOW;
    if (lock->length < 0) {
        if (start + lock->length < 0)
            return -EINVAL;
        range->start = start + lock->length;
        range->end = start - 1;
    }
    if (lock->type != LINUX_F_RDLCK && lock->type != LINUX_F_WRLCK && lock->type != LINUX_F_UNLCK)
        return -EINVAL;
    range->exclusive = lock->type == LINUX_F_WRLCK;
    return 0;
}

static void show(const struct record_range *range, struct linux_flock *lock)
{
    if (range == NULL) {
        lock->type = LINUX_F_UNLCK;
        return;
    }
    *lock = (struct linux_flock){
        .type = range->exclusive ? LINUX_F_WRLCK : LINUX_F_RDLCK,
        .whence = LINUX_SEEK_SET,
        .start = range->start,
        .length = range->end == RECORD_RANGES_END ? 0 : range->end - range->start + 1,
        .pid = pid_of(range->owner),
    };
}

static long set(struct open_file *opened, struct file *file, long fd, const struct record_range *range,
                const struct linux_flock *lock, bool waits)
{
    unsigned access = opened->flags & LINUX_O_ACCMODE;
    int error;

    if (lock->type == LINUX_F_UNLCK)
        return drop(file, range);
    if (access == (range->exclusive ? LINUX_O_RDONLY : LINUX_O_WRONLY))
        return -EBADF;
    error = take(file, range, waits);
    if (error == 0 && range->owner != opened) {
        struct open_file *now = fd_get(fd);

        /* Closed by another thread meanwhile: nobody would give the range up any more. */
        if (now != opened) {
            (void)drop(file, range);
            error = -EBADF;
        }
        if (now != NULL)
            fd_put(now);
    }
    return error;
}

long record_locks_control(struct open_file *opened, long fd, int command, struct linux_flock *lock)
{
    bool of_file = command >= LINUX_F_OFD_GETLK;
    bool asks = command == LINUX_F_GETLK || command == LINUX_F_OFD_GETLK;
    struct record_range range = {.owner = of_file ? opened : self()};
    struct linux_stat_values values;
    struct file *file;
    long result;

    if (asks && lock->type == LINUX_F_UNLCK)
        return -EINVAL;
    opened->ops->stat(opened, &values);
    result = read_range(opened, lock, &values, &range);
    if (result == 0 && of_file && lock->pid != 0)
        result = -EINVAL;
    if (result != 0)
        return result;
    file = find_or_make(&values);
    if (file == NULL)
        return -ENOLCK;
    if (asks)
        show(record_ranges_conflict(file->ranges, &range), lock);
    else
        result =
            set(opened, file, fd, &range, lock, command == LINUX_F_SETLKW || command == LINUX_F_OFD_SETLKW);
    tidy(file);
    return result;
}

static void drop_all(struct file *file, const void *owner)
{
    if (record_ranges_drop_all(&file->ranges, owner))
        wait_wake(&given_up, WAIT_ALL);
    tidy(file);
}

void record_locks_closed(struct open_file *opened)
{
    struct linux_stat_values values;
    struct file *file;

    if (files == NULL || (opened->flags & LINUX_O_PATH))
        return;
    opened->ops->stat(opened, &values);
    file = find(&values);
    if (file != NULL)
        drop_all(file, self());
}

void record_locks_released(const struct open_file *opened)
{
    for (struct file *file = files, *next; file != NULL; file = next) {
        next = file->next;
        drop_all(file, opened);
    }
}
