/*
 * Pipes (pipe(7)). Both ends refer to one struct pipe; each end is an open file of its own.
 */
#include "buffer.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <pipe_end.h>
#include <readiness.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define CAPACITY ((size_t)65536)
#define CAPACITY_MAX ((size_t)1 << 20) /* /proc/sys/fs/pipe-max-size */
#define ATOMIC ((size_t)4096)          /* PIPE_BUF: so much is written in one piece */
#define FIFO_MODE 0010600u             /* S_IFIFO, and the permissions that Linux shows */
#define SIGPIPE 13

struct pipe {
    struct pipe_buffer buffer;
    struct readiness readable; /* of ends that read; those that also write are told of both here */
    struct readiness writable;
    unsigned readers, writers; /* ends that are open; one that does both is in both */
    unsigned ends;
    void (*gone)(void *owner);
    void *owner;
    uint64_t inode;
};

struct end {
    struct open_file file;
    struct pipe *pipe;
};

static const struct open_file_ops operations;

static struct pipe *of(struct open_file *file)
{
    return ((struct end *)file)->pipe;
}

static bool reads(const struct open_file *file)
{
    return (file->flags & LINUX_O_ACCMODE) != LINUX_O_WRONLY;
}

static bool writes(const struct open_file *file)
{
    return (file->flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY;
}

struct pipe *pipe_new(void (*gone)(void *owner), void *owner)
{
    static uint64_t last_inode;
    struct pipe *pipe = heap_alloc(sizeof(*pipe));

    if (pipe != NULL)
        *pipe = (struct pipe){
            .buffer = {.capacity = CAPACITY}, .gone = gone, .owner = owner, .inode = ++last_inode};
    return pipe;
}

void pipe_drop(struct pipe *pipe)
{
    if (pipe->gone != NULL)
        pipe->gone(pipe->owner);
    heap_free(pipe->buffer.bytes);
    heap_free(pipe);
}

struct open_file *pipe_open_end(struct pipe *pipe, unsigned flags)
{
    struct end *end = heap_alloc(sizeof(*end));

    if (end == NULL)
        return NULL;
    *end = (struct end){.file = {.ops = &operations, .references = 1, .flags = flags}, .pipe = pipe};
    pipe->ends++;
    pipe->readers += reads(&end->file);
    pipe->writers += writes(&end->file);
    return &end->file;
}

unsigned pipe_readers(const struct pipe *pipe)
{
    return pipe->readers;
}

unsigned pipe_writers(const struct pipe *pipe)
{
    return pipe->writers;
}

static struct readiness *readiness_of(struct open_file *file)
{
    return reads(file) ? &of(file)->readable : &of(file)->writable;
}

static void tell_writers(struct pipe *pipe, unsigned events)
{
    readiness_notify(&pipe->writable, events);
    if (pipe->readers + pipe->writers != pipe->ends)
        readiness_notify(&pipe->readable, events);
}

static void release(struct open_file *file)
{
    struct pipe *pipe = of(file);

    pipe->readers -= reads(file);
    pipe->writers -= writes(file);
    heap_free(file);
    if (--pipe->ends == 0) {
        pipe_drop(pipe);
        return;
    }
    if (pipe->writers == 0)
        readiness_notify(&pipe->readable, READINESS_HUP | READINESS_READABLE);
    if (pipe->readers == 0)
        tell_writers(pipe, READINESS_ERR | READINESS_WRITABLE);
}

/* 0: look again. */
static int wait(struct open_file *file, unsigned events)
{
    if (file->flags & LINUX_O_NONBLOCK) {
        wait_poll();
        return -EAGAIN;
    }
    return readiness_wait(readiness_of(file), events, WAIT_FOR_EVER, false);
}

static long read_pieces(struct open_file *file, const struct linux_iovec *pieces, size_t count)
{
    struct pipe *pipe = of(file);
    size_t before = pipe_buffer_room(&pipe->buffer), sum = 0;

    while (pipe->buffer.count == 0) {
        int error;

        if (pipe->writers == 0)
            return 0;
        error = wait(file, READINESS_READABLE);
        if (error != 0)
            return error;
        before = pipe_buffer_room(&pipe->buffer);
    }
    for (size_t i = 0; i < count && pipe->buffer.count != 0; i++)
        sum += pipe_buffer_take(&pipe->buffer, pieces[i].base, pieces[i].length);
    /* A writer may need room for a piece that stays whole. */
    if (before < ATOMIC && pipe_buffer_room(&pipe->buffer) >= ATOMIC)
        tell_writers(pipe, READINESS_WRITABLE);
    return (long)sum;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    const struct linux_iovec piece = {buffer, size};

    return size != 0 ? read_pieces(file, &piece, 1) : 0;
}

static long broken(void)
{
#ifdef CONFIG_LIB_SIGNALS
    signals_send_current(SIGPIPE);
#endif
    return -EPIPE;
}

/* Writes what there is room for, from the byte `done` of all on. */
static size_t put(struct pipe_buffer *buffer, const struct linux_iovec *pieces, size_t count, size_t done)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        size_t part, length = pieces[i].length;

        if (done >= length) {
            done -= length;
            continue;
        }
        part = pipe_buffer_put(buffer, (const char *)pieces[i].base + done, length - done);
        sum += part;
        if (part < length - done)
            break;
        done = 0;
    }
    return sum;
}

/* What is at most PIPE_BUF long goes in as a whole or not at all: POSIX.1-2017, write(). */
static long write_pieces(struct open_file *file, const struct linux_iovec *pieces, size_t count)
{
    struct pipe *pipe = of(file);
    size_t total = 0, done = 0, least = 1;

    for (size_t i = 0; i < count; i++)
        total += pieces[i].length;
    if (total <= ATOMIC)
        least = total;
    for (;;) {
        int error;

        if (pipe->readers == 0)
            return done != 0 ? (long)done : broken();
        if (pipe_buffer_room(&pipe->buffer) >= least) {
            size_t part = pipe->buffer.size - pipe->buffer.count >= least || least == 1 ||
                                  pipe_buffer_reserve(&pipe->buffer, least)
                              ? put(&pipe->buffer, pieces, count, done)
                              : 0;

            if (part == 0)
                return done != 0 ? (long)done : -ENOMEM;
            done += part;
            readiness_notify(&pipe->readable, READINESS_READABLE);
            if (done == total)
                return (long)done;
            continue;
        }
        error = wait(file, READINESS_WRITABLE);
        if (error != 0)
            return done != 0 ? (long)done : error;
    }
}

static long write(struct open_file *file, const void *data, size_t size)
{
    const struct linux_iovec piece = {(void *)data, size};

    return size != 0 ? write_pieces(file, &piece, 1) : 0;
}

static long set_size(struct pipe *pipe, long *size)
{
    size_t capacity = ATOMIC;

    if (*size < 0)
        return -EINVAL;
    if ((size_t)*size > CAPACITY_MAX)
        return -EPERM;
    while (capacity < (size_t)*size)
        capacity *= 2;
    if (capacity < pipe->buffer.count)
        return -EBUSY;
    if (!pipe_buffer_resize(&pipe->buffer, capacity))
        return -ENOMEM;
    *size = (long)capacity;
    tell_writers(pipe, READINESS_WRITABLE);
    return 0;
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    struct pipe *pipe = of(file);

    switch (request) {
    case LINUX_FIONREAD:
        *(int *)argument = (int)pipe->buffer.count;
        return 0;
    case FD_GET_PIPE_SIZE:
        *(long *)argument = (long)pipe->buffer.capacity;
        return 0;
    case FD_SET_PIPE_SIZE:
        return set_size(pipe, argument);
    default:
        return -ENOTTY;
    }
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    struct pipe *pipe = of(file);
    unsigned events = 0;

    *readiness = readiness_of(file);
    if (reads(file)) {
        events |= pipe->buffer.count != 0 ? READINESS_READABLE : 0;
        events |= pipe->writers == 0 ? READINESS_HUP : 0;
    }
    if (writes(file)) {
        events |= pipe_buffer_room(&pipe->buffer) >= ATOMIC ? READINESS_WRITABLE : 0;
        events |= pipe->readers == 0 ? READINESS_ERR : 0;
    }
    return events;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    *values = (struct linux_stat_values){
        .device = 4,
        .inode = of(file)->inode,
        .mode = FIFO_MODE,
        .links = 1,
        .block_size = 4096,
    };
}

static const struct open_file_ops operations = {
    .read = read,
    .write = write,
    .read_pieces = read_pieces,
    .write_pieces = write_pieces,
    .control = control,
    .poll = poll,
    .stat = stat,
    .release = release,
};
