#include <console.h>
#include <errno.h>
#include <linux_io.h>
#include <stdint.h>

#include "descriptor.h"

long sys_write(long fd, long data, long size);
long sys_writev(long fd, long pieces, long count);

long sys_write(long fd, long data, long size)
{
    if (!is_console(fd)) {
        return -EBADF;
    }
    console_write((const char *)data, (size_t)size);
    return size;
}

long sys_writev(long fd, long pieces, long count)
{
    const struct linux_iovec *piece = (const struct linux_iovec *)pieces;
    size_t written = 0;

    if (!is_console(fd)) {
        return -EBADF;
    }
    if ((unsigned long)count > LINUX_IOV_MAX) {
        return -EINVAL;
    }
    for (const struct linux_iovec *end = piece + count; piece != end; piece++) {
        if (piece->length > (size_t)INTPTR_MAX - written) {
            return written ? (long)written : -EINVAL;
        }
        if (piece->length != 0) {
            console_write(piece->base, piece->length);
            written += piece->length;
        }
    }
    return (long)written;
}
