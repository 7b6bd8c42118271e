/* Descriptors that are the console. */
#include <assert.h>
#include <errno.h>
#include <linux_io.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

long sys_close(long fd);
long sys_fcntl(long fd, long command, long argument);
long sys_ioctl(long fd, long request, long argument);
long sys_lseek(long fd, long offset, long whence);
long sys_write(long fd, long data, long size);
long sys_writev(long fd, long pieces, long count);

static char screen[64];

void console_write(const char *text, size_t length)
{
    assert(strlen(screen) + length < sizeof screen);
    if (length != 0)
        strncat(screen, text, length);
}

int main(void)
{
    struct linux_iovec pieces[] = {{"one ", 4}, {NULL, 0}, {"two", 3}};
    struct linux_iovec huge[] = {{"x", 1}, {"y", (size_t)INTPTR_MAX}};
    struct linux_winsize size = {1, 2, 3, 4};

    assert(sys_write(1, (long)"hello\n", 6) == 6 && sys_write(2, (long)"!", 1) == 1 &&
           sys_write(1, 0, 0) == 0);
    assert(strcmp(screen, "hello\n!") == 0);
    screen[0] = 0;
    assert(sys_writev(2, (long)pieces, 3) == 7 && strcmp(screen, "one two") == 0);
    assert(sys_writev(1, 0, 0) == 0 && sys_writev(1, (long)pieces, -1) == -EINVAL);
    assert(sys_writev(1, (long)pieces, 1025) == -EINVAL);
    screen[0] = 0;
    assert(sys_writev(1, (long)huge, 2) == 1 && strcmp(screen, "x") == 0); /* what still can be counted */
    assert(sys_write(3, (long)"x", 1) == -EBADF && sys_writev(-1, (long)pieces, 3) == -EBADF);

    assert(sys_ioctl(1, 0x5413, (long)&size) == 0 && size.rows == 0 && size.y_pixels == 0);
    assert(sys_ioctl(1, 0x5401, (long)&size) == -ENOTTY && sys_ioctl(3, 0x5413, (long)&size) == -EBADF);
    assert(sys_lseek(1, 0, 1) == -ESPIPE && sys_lseek(3, 0, 1) == -EBADF);
    assert(sys_close(0) == 0 && sys_close(3) == -EBADF && sys_close(-1) == -EBADF);
    assert(sys_fcntl(1, LINUX_F_GETFL, 0) == LINUX_O_RDWR && sys_fcntl(1, LINUX_F_SETFD, 1) == 0);
    assert(sys_fcntl(1, 0, 0) == -EINVAL && sys_fcntl(5, LINUX_F_GETFL, 0) == -EBADF);
    puts("console-writing: ok");
    return 0;
}
