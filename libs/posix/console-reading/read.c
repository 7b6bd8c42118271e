#include <console_input.h>
#include <errno.h>
#include <linux_io.h>

long sys_read(long fd, long buffer, long size);
long sys_readv(long fd, long pieces, long count);

/* The descriptors 0, 1 and 2 are one terminal. */
long sys_read(long fd, long buffer, long size)
{
    if ((unsigned)fd >= 3) {
        return -EBADF;
    }
    return size ? (long)console_read((char *)buffer, (size_t)size) : 0;
}

/* Fills the first piece that can hold something: going on to the next could wait for what nobody has typed
 * yet. */
long sys_readv(long fd, long pieces, long count)
{
    const struct linux_iovec *piece = (const struct linux_iovec *)pieces;

    if ((unsigned long)count > LINUX_IOV_MAX) {
        return -EINVAL;
    }
    while (count > 0 && piece->length == 0) {
        piece++;
        count--;
    }
    return count > 0 ? sys_read(fd, (long)piece->base, (long)piece->length) : sys_read(fd, 0, 0);
}
