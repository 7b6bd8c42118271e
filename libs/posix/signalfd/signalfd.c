/*
 * signalfd(2): shows the signals that wait for the thread that reads, or for the process.
 */
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>
#include <readiness.h>
#include <signals.h>
#include <stddef.h>
#include <string.h>

/* struct signalfd_siginfo: include/uapi/linux/signalfd.h */
struct record {
    uint32_t signal;
    int32_t error, code;
    uint32_t process, user;
    int32_t fd;
    uint32_t timer, band, overrun, trap;
    int32_t status, integer;
    uint64_t pointer, user_time, system_time, address;
    uint8_t reserved[48];
};
_Static_assert(sizeof(struct record) == 128, "what applications read");

struct signalfd {
    struct open_file file;
    struct readiness readiness;
    struct signals_watcher watcher;
    linux_sigset set;
};

long sys_signalfd(long fd, long set, long size);
long sys_signalfd4(long fd, long set, long size, long flags);

static const struct open_file_ops operations;

static struct signalfd *of(struct open_file *file)
{
    return (struct signalfd *)file;
}

static void arrived(struct signals_watcher *watcher, int signal)
{
    struct signalfd *self = (struct signalfd *)((char *)watcher - offsetof(struct signalfd, watcher));

    if (self->set >> (signal - 1) & 1)
        readiness_notify(&self->readiness, READINESS_IN);
}

/* The parts of siginfo_t behind the sender: a value (of sigqueue() and timers), or a child's status. */
static void store(struct record *record, const struct linux_siginfo *info)
{
    memset(record, 0, sizeof(*record));
    record->signal = (uint32_t)info->signal;
    record->error = info->error;
    record->code = info->code;
    record->process = (uint32_t)info->process;
    record->user = info->user;
    if (info->signal == LINUX_SIGCHLD) {
        record->status = info->rest[0];
    } else {
        record->integer = info->rest[0];
        memcpy(&record->pointer, &info->rest[0], sizeof(record->pointer));
    }
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct signalfd *self = of(file);
    struct record *records = buffer;
    size_t count = 0;

    if (size < sizeof(*records))
        return -EINVAL;
    for (;;) {
        struct linux_siginfo info;
        int error;

        while ((count + 1) * sizeof(*records) <= size && signals_take(self->set, &info) != 0)
            store(&records[count++], &info);
        if (count != 0)
            return (long)(count * sizeof(*records));
        if (file->flags & LINUX_O_NONBLOCK) {
            wait_poll();
            if (signals_pending_of(self->set) == 0)
                return -EAGAIN;
            continue;
        }
        error = readiness_wait(&self->readiness, READINESS_READABLE, WAIT_FOR_EVER, false);
        if (error != 0)
            return error;
    }
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    *readiness = &of(file)->readiness;
    return signals_pending_of(of(file)->set) != 0 ? READINESS_IN : 0;
}

static void release(struct open_file *file)
{
    signals_unwatch(&of(file)->watcher);
    heap_free(file);
}

static const struct open_file_ops operations = {
    .read = read,
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

static long change(long fd, linux_sigset set)
{
    struct open_file *file = fd_get(fd);

    if (file == NULL)
        return -EBADF;
    if (file->ops != &operations) {
        fd_put(file);
        return -EINVAL;
    }
    of(file)->set = set;
    if (signals_pending_of(set) != 0)
        readiness_notify(&of(file)->readiness, READINESS_IN);
    fd_put(file);
    return fd;
}

long sys_signalfd4(long fd, long set, long size, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);
    struct signalfd *self;
    linux_sigset wanted;

    if ((known & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK)) || size != sizeof(linux_sigset))
        return -EINVAL;
    wanted = *(const linux_sigset *)set &
             ~((linux_sigset)1 << (LINUX_SIGKILL - 1) | (linux_sigset)1 << (LINUX_SIGSTOP - 1));
    if ((int)fd != -1)
        return change(fd, wanted);
    self = heap_alloc(sizeof(*self));
    if (self == NULL)
        return -ENOMEM;
    *self = (struct signalfd){
        .file = {.ops = &operations, .references = 1, .flags = LINUX_O_RDWR | (known & LINUX_O_NONBLOCK)},
        .watcher = {.notify = arrived},
        .set = wanted,
    };
    signals_watch(&self->watcher);
    return fd_open(&self->file, known & LINUX_O_CLOEXEC);
}

long sys_signalfd(long fd, long set, long size)
{
    return sys_signalfd4(fd, set, size, 0);
}
