/*
 * sendfile(2). What never changes is offered to the receiver as it stands, so that it need not copy it at
 * all; what may change is shown to a receiver that does not wait, and goes through a small buffer otherwise:
 * while one waits, somebody else could cut the file.
 */
#include <config.h>
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define BUFFER ((size_t)16 << 10)

long sys_sendfile(long out, long in, long offset, long count);

static long put(struct open_file *out, const void *data, size_t size, bool lasting, bool more)
{
    if (lasting && out->ops->write_lasting != NULL)
        return out->ops->write_lasting(out, data, size, more);
    return out->ops->write(out, data, size);
}

/* One step: some bytes from `at` on, at most `left`. 0 at the end. `buffer` is made when it is needed. */
static long step(struct open_file *out, struct open_file *in, uint64_t at, size_t left, void **buffer)
{
    const void *data = NULL;
    bool lasting = false;
    long size = in->ops->view != NULL ? in->ops->view(in, left, at, &data, &lasting) : -EINVAL;

    if (size == 0)
        return 0;
    if (size > 0 && (lasting || (out->flags & LINUX_O_NONBLOCK)))
        return put(out, data, (size_t)size, lasting, (size_t)size < left);
    if (*buffer == NULL)
        *buffer = heap_alloc(BUFFER);
    if (*buffer == NULL)
        return -ENOMEM;
    size = in->ops->read_at(in, *buffer, left < BUFFER ? left : BUFFER, at);
    return size > 0 ? put(out, *buffer, (size_t)size, false, (size_t)size < left) : size;
}

static long transfer(struct open_file *out, struct open_file *in, uint64_t at, size_t count)
{
    void *buffer = NULL;
    size_t done = 0;
    long moved = 0;

    while (done < count) {
        moved = step(out, in, at + done, count - done, &buffer);
        if (moved <= 0)
            break;
        done += (size_t)moved;
    }
    heap_free(buffer);
    return done != 0 ? (long)done : moved;
}

static long send_file(struct open_file *out, struct open_file *in, int64_t *offset, size_t count)
{
    int64_t at;
    long result;

    if (in->ops->read_at == NULL || in->ops->seek == NULL || out->ops->write == NULL)
        return -EINVAL;
    if (out->flags & LINUX_O_APPEND)
        return -EINVAL;
    at = offset != NULL ? *offset : in->ops->seek(in, 0, LINUX_SEEK_CUR);
    if (at < 0)
        return -EINVAL;
    result = transfer(out, in, (uint64_t)at, count < LINUX_TRANSFER_MAX ? count : LINUX_TRANSFER_MAX);
    if (result > 0 && offset != NULL)
        *offset = at + result;
    else if (result > 0)
        in->ops->seek(in, at + result, LINUX_SEEK_SET);
    return result;
}

/* With a reference, if the file's access mode is not `refused`. */
static struct open_file *get_for(long fd, unsigned refused)
{
    struct open_file *file = fd_get(fd);

    if (file != NULL && ((file->flags & LINUX_O_ACCMODE) == refused || (file->flags & LINUX_O_PATH))) {
        fd_put(file);
        return NULL;
    }
    return file;
}

static long once(long out, long in, long offset, long count)
{
    struct open_file *source = get_for(in, LINUX_O_WRONLY), *sink = NULL;
    long result = -EBADF;

    if (source != NULL)
        sink = get_for(out, LINUX_O_RDONLY);
    if (sink != NULL) {
        result = send_file(sink, source, (int64_t *)offset, (size_t)count);
        fd_put(sink);
    }
    if (source != NULL)
        fd_put(source);
    return result;
}

long sys_sendfile(long out, long in, long offset, long count)
{
    long result = once(out, in, offset, count);

#ifdef CONFIG_LIB_SIGNALS
    while (result == -EINTR && signals_restart())
        result = once(out, in, offset, count);
#endif
    return result;
}
