/*
 * Sockets as open files.
 */
#include "calls.h"

#include <errno.h>
#include <linux_file.h>

#define SOCKET_MODE 0140777u /* S_IFSOCK, and the permissions that Linux shows */
#define DEVICE 8             /* of its own, as Linux's sockfs has */

static struct socket *of(struct open_file *file)
{
    return (struct socket *)file;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct linux_iovec piece = {buffer, size};
    struct socket_message message = {.data = {.pieces = &piece, .left = size}};

    return socket_receive(of(file), &message);
}

static long write(struct open_file *file, const void *data, size_t size)
{
    struct linux_iovec piece = {(void *)data, size};
    struct socket_message message = {.data = {.pieces = &piece, .left = size}};

    return socket_send(of(file), &message);
}

static struct socket_data data_of(const struct linux_iovec *pieces, size_t count)
{
    struct socket_data data = {.pieces = pieces};

    for (size_t i = 0; i < count; i++)
        data.left += pieces[i].length;
    return data;
}

static long read_pieces(struct open_file *file, const struct linux_iovec *pieces, size_t count)
{
    struct socket_message message = {.data = data_of(pieces, count)};

    return socket_receive(of(file), &message);
}

static long write_pieces(struct open_file *file, const struct linux_iovec *pieces, size_t count)
{
    struct socket_message message = {.data = data_of(pieces, count)};

    return socket_send(of(file), &message);
}

static long write_lasting(struct open_file *file, const void *data, size_t size, bool more)
{
    struct linux_iovec piece = {(void *)data, size};
    struct socket_message message = {
        .data = {.pieces = &piece, .left = size}, .lasting = true, .flags = more ? LINUX_MSG_MORE : 0};

    return socket_send(of(file), &message);
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    struct socket *socket = of(file);

    return socket->ops->control != NULL ? socket->ops->control(socket, request, argument) : -ENOTTY;
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    *readiness = &of(file)->readiness;
    return of(file)->ops->events(of(file));
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    *values = (struct linux_stat_values){
        .device = DEVICE,
        .inode = (uint64_t)(uintptr_t)file,
        .mode = SOCKET_MODE,
        .links = 1,
        .block_size = 4096,
    };
}

static void release(struct open_file *file)
{
    struct socket *socket = of(file);

    readiness_end(&socket->readiness);
    socket->ops->release(socket);
}

const struct open_file_ops socket_file_ops = {
    .read = read,
    .write = write,
    .read_pieces = read_pieces,
    .write_pieces = write_pieces,
    .write_lasting = write_lasting,
    .control = control,
    .poll = poll,
    .stat = stat,
    .release = release,
};
