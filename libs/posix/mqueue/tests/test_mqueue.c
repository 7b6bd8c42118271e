/*
 * What a queue holds comes out by priority, and then by time; names go, queues stay as long as they are used;
 * whatever fails leaves nothing behind. Everything through the system calls, with descriptors, memory and
 * waiting faked.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mqueue_parts.h"

#define FILES 8
#define NO_NAME "nothing"

long sys_mq_open(long name, long flags, long mode, long attributes);
long sys_mq_notify(long fd, long event);
long sys_mq_unlink(long name);
long sys_mq_getsetattr(long fd, long new, long old);
long sys_mq_timedsend(long fd, long bytes, long size, long priority, long timeout);
long sys_mq_timedreceive(long fd, long buffer, long size, long priority, long timeout);

static struct open_file *files[FILES];
static unsigned allocated, allocations_left = ~0u;
static void (*meanwhile)(void); /* what happens while the caller waits, once; else the wait fails */
static int waits_end = -ETIMEDOUT;
static uint64_t last_deadline;

void *heap_alloc(size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    allocated++;
    return malloc(size);
}

void heap_free(void *memory)
{
    allocated -= memory != NULL;
    free(memory);
}

struct open_file *fd_get(long fd)
{
    if (fd < 0 || fd >= FILES || !files[fd])
        return NULL;
    files[fd]->references++;
    return files[fd];
}

void fd_release(struct open_file *file)
{
    file->ops->release(file);
}

long fd_reserve(unsigned lowest, bool close_on_exec)
{
    (void)close_on_exec;
    for (long fd = lowest; fd < FILES; fd++)
        if (!files[fd])
            return fd;
    return -EMFILE;
}

void fd_fill(long fd, struct open_file *file)
{
    files[fd] = file;
}

void fd_cancel(long fd)
{
    assert(!files[fd]);
}

void fd_stat_anonymous(struct open_file *file, struct linux_stat_values *values)
{
    (void)file, (void)values;
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

uint64_t clock_realtime(void)
{
    return 1000;
}

uint64_t clock_monotonic(void)
{
    return 10;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    void (*then)(void) = meanwhile;

    (void)queue;
    assert(interruptible);
    last_deadline = deadline;
    meanwhile = NULL;
    if (!then)
        return waits_end;
    then();
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

void wait_poll(void) {}

void readiness_tell(struct readiness *readiness, unsigned events)
{
    (void)readiness, (void)events;
}

void readiness_end(struct readiness *readiness)
{
    (void)readiness;
}

static void close_fd(long fd)
{
    struct open_file *file = files[fd];

    files[fd] = NULL;
    fd_put(file);
}

static long queue_open(const char *name, int flags, struct mqueue_attributes *attributes)
{
    return sys_mq_open((long)name, flags, 0600, (long)attributes);
}

static long put(long fd, const char *text, unsigned priority)
{
    return sys_mq_timedsend(fd, (long)text, (long)strlen(text) + 1, priority, 0);
}

static void expect(long fd, const char *text, unsigned priority)
{
    char buffer[64];
    unsigned found = 77;

    assert(sys_mq_timedreceive(fd, (long)buffer, sizeof buffer, (long)&found, 0) == (long)strlen(text) + 1);
    assert(strcmp(buffer, text) == 0 && found == priority);
}

static void order(void)
{
    struct mqueue_attributes attributes = {.maximum = 100, .size_maximum = 64};
    long fd = queue_open("order", O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, &attributes);
    unsigned priorities[100], count = 0;

    assert(fd >= 0 && queue_open("order", O_CREAT | O_EXCL | O_RDWR, NULL) == -EEXIST);
    for (unsigned round = 0; round < 20000; round++) {
        char text[64];

        if (rand() % 2 && count < 100) {
            unsigned priority = (unsigned)rand() % 5, at = 0;

            sprintf(text, "%u", round);
            assert(put(fd, text, priority) == 0);
            while (at < count && priorities[at] >= priority)
                at++;
            memmove(&priorities[at + 1], &priorities[at], (count - at) * sizeof *priorities);
            priorities[at] = priority;
            count++;
        } else {
            unsigned priority = 0;
            long size = sys_mq_timedreceive(fd, (long)text, sizeof text, (long)&priority, 0);

            assert(count ? size > 0 && priority == priorities[0] : size == -EAGAIN);
            if (count)
                memmove(priorities, priorities + 1, --count * sizeof *priorities);
        }
    }
    while (count-- > 0) {
        char text[64];
        assert(sys_mq_timedreceive(fd, (long)text, sizeof text, 0, 0) > 0);
    }
    assert(put(fd, "first", 3) == 0 && put(fd, "second", 3) == 0 && put(fd, "low", 0) == 0 &&
           put(fd, "high", 32767) == 0);
    expect(fd, "high", 32767);
    expect(fd, "first", 3);
    expect(fd, "second", 3);
    assert(sys_mq_unlink((long)"order") == 0);
    expect(fd, "low", 0); /* it stays as long as it is open */
    assert(put(fd, "left behind", 1) == 0);
    close_fd(fd);
}

static long waiting;

static void somebody_sends(void)
{
    assert(put(waiting, "at last", 9) == 0);
}

static void somebody_receives(void)
{
    expect(waiting, "only", 1);
}

static void waits(void)
{
    struct mqueue_attributes attributes = {.maximum = 1, .size_maximum = 64}, found;
    long fd = queue_open("waits", O_CREAT | O_RDWR, &attributes), other;
    const int64_t soon[2] = {0, 1500}, past[2] = {0, 900}, broken[2] = {0, 1000000000};
    char buffer[64];

    waiting = fd;
    meanwhile = somebody_sends;
    expect(fd, "at last", 9);
    assert(last_deadline == UINT64_MAX);
    assert(sys_mq_timedreceive(fd, (long)buffer, 64, 0, (long)soon) == -ETIMEDOUT && last_deadline == 510);
    assert(sys_mq_timedreceive(fd, (long)buffer, 64, 0, (long)past) == -ETIMEDOUT && last_deadline == 10);
    assert(sys_mq_timedreceive(fd, (long)buffer, 64, 0, (long)broken) == -EINVAL);
    assert(put(fd, "only", 1) == 0);
    meanwhile = somebody_receives;
    assert(put(fd, "next", 2) == 0);
    waits_end = -EINTR;
    assert(put(fd, "too much", 2) == -EINTR);
    waits_end = -ETIMEDOUT;

    other = queue_open("waits", O_RDWR | O_NONBLOCK, NULL);
    assert(other >= 0 && put(other, "too much", 2) == -EAGAIN);
    found.flags = 0;
    assert(sys_mq_getsetattr(other, (long)&found, (long)&found) == 0); /* blocks from now on */
    assert(found.flags == O_NONBLOCK && found.count == 1 && found.maximum == 1 && found.size_maximum == 64);
    assert(put(other, "too much", 2) == -ETIMEDOUT);
    found.flags = 1;
    assert(sys_mq_getsetattr(other, (long)&found, 0) == -EINVAL);
    close_fd(other);
    close_fd(fd);
    assert(sys_mq_unlink((long)"waits") == 0);
}

/* Without signals in the image nobody is told of anything, but who may be is known. */
static void notifications(void)
{
    struct {
        uint64_t value;
        int signal, kind;
    } event = {7, 10, 0}, none = {0, 0, 1}, thread = {0, 0, 2}, wrong = {0, 65, 0};
    long fd = queue_open("notifications", O_CREAT | O_RDWR, NULL),
         other = queue_open("notifications", O_RDWR, NULL);

    assert(sys_mq_notify(FILES - 1, (long)&event) == -EBADF);
    assert(sys_mq_notify(fd, (long)&thread) == -EINVAL && sys_mq_notify(fd, (long)&wrong) == -EINVAL);
    assert(sys_mq_notify(fd, 0) == 0 && sys_mq_notify(fd, (long)&event) == 0);
    assert(sys_mq_notify(other, (long)&none) == -EBUSY && sys_mq_notify(other, 0) == 0);
    assert(sys_mq_notify(other, (long)&none) == -EBUSY && sys_mq_notify(fd, 0) == 0);
    assert(sys_mq_notify(other, (long)&none) == 0 && put(fd, "told once", 1) == 0);
    assert(sys_mq_notify(fd, (long)&event) == 0 && put(fd, "not empty before", 1) == 0);
    assert(sys_mq_notify(other, (long)&event) == -EBUSY);
    close_fd(fd); /* with what it was told by */
    assert(sys_mq_notify(other, (long)&event) == 0);
    close_fd(other);
    assert(sys_mq_unlink((long)"notifications") == 0);
}

static void refusals(void)
{
    struct mqueue_attributes none = {0}, attributes = {.maximum = 2, .size_maximum = 4};
    char long_name[300], buffer[4];
    long fd, reader, writer;

    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    assert(queue_open(long_name, O_CREAT | O_RDWR, NULL) == -ENAMETOOLONG);
    assert(queue_open("", O_CREAT | O_RDWR, NULL) == -ENOENT);
    assert(queue_open("a/b", O_CREAT | O_RDWR, NULL) == -EACCES);
    assert(queue_open("..", O_CREAT | O_RDWR, NULL) == -EACCES);
    assert(queue_open(NO_NAME, O_RDWR, NULL) == -ENOENT && sys_mq_unlink((long)NO_NAME) == -ENOENT);
    assert(queue_open(NO_NAME, O_CREAT | O_ACCMODE, NULL) == -EINVAL);
    assert(queue_open(NO_NAME, O_CREAT | O_RDWR, &none) == -EINVAL);
    for (unsigned failing = 0; failing < 2; failing++) {
        allocations_left = failing;
        assert(queue_open("refusals", O_CREAT | O_RDWR, &attributes) == -ENOMEM && allocated == 0);
    }
    allocations_left = 2;
    fd = queue_open("refusals", O_CREAT | O_RDWR, &attributes);
    assert(fd >= 0);
    allocations_left = 0;
    assert(sys_mq_timedsend(fd, (long)"abc", 3, 1, 0) == -ENOMEM);
    allocations_left = ~0u;
    assert(sys_mq_timedsend(fd, (long)"abcde", 5, 1, 0) == -EMSGSIZE);
    assert(sys_mq_timedsend(fd, (long)"abc", 3, 32768, 0) == -EINVAL);
    assert(sys_mq_timedreceive(fd, (long)buffer, 3, 0, 0) == -EMSGSIZE);
    assert(sys_mq_timedsend(FILES - 1, (long)"abc", 3, 1, 0) == -EBADF);
    reader = queue_open("refusals", O_RDONLY, NULL);
    writer = queue_open("refusals", O_WRONLY, NULL);
    assert(sys_mq_timedsend(reader, (long)"abc", 3, 1, 0) == -EBADF);
    assert(sys_mq_timedreceive(writer, (long)buffer, 4, 0, 0) == -EBADF);
    assert(sys_mq_timedsend(writer, (long)"", 0, 1, 0) == 0);
    assert(sys_mq_timedreceive(reader, (long)buffer, 4, 0, 0) == 0);
    close_fd(reader);
    close_fd(writer);
    close_fd(fd);
    assert(sys_mq_unlink((long)"refusals") == 0);
}

int main(void)
{
    order();
    waits();
    notifications();
    refusals();
    assert(allocated == 0);
    return 0;
}
