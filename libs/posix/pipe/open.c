#include <errno.h>
#include <linux_file.h>
#include <pipe_end.h>

long sys_pipe(long fds);
long sys_pipe2(long fds, long flags);

/* Packets (O_DIRECT) are not offered. */
long sys_pipe2(long fds, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags), status = known & LINUX_O_NONBLOCK;
    struct open_file *reader, *writer;
    struct pipe *pipe;
    long in, out;

    if (known & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK))
        return -EINVAL;
    pipe = pipe_new(NULL, NULL);
    if (pipe == NULL)
        return -ENOMEM;
    reader = pipe_open_end(pipe, LINUX_O_RDONLY | status);
    if (reader == NULL) {
        pipe_drop(pipe);
        return -ENOMEM;
    }
    writer = pipe_open_end(pipe, LINUX_O_WRONLY | status);
    if (writer == NULL) {
        fd_put(reader);
        return -ENOMEM;
    }
    in = fd_reserve(0, known & LINUX_O_CLOEXEC);
    out = in >= 0 ? fd_reserve(0, known & LINUX_O_CLOEXEC) : in;
    if (out < 0) {
        if (in >= 0)
            fd_cancel(in);
        fd_put(reader);
        fd_put(writer);
        return out;
    }
    fd_fill(in, reader);
    fd_fill(out, writer);
    ((int *)fds)[0] = (int)in;
    ((int *)fds)[1] = (int)out;
    return 0;
}

long sys_pipe(long fds)
{
    return sys_pipe2(fds, 0);
}
