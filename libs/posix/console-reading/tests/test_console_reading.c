/* Reading from the console, piece by piece. */
#include <assert.h>
#include <errno.h>
#include <linux_io.h>
#include <stdio.h>
#include <string.h>

long sys_read(long fd, long buffer, long size);
long sys_readv(long fd, long pieces, long count);

static const char *typed = "hello world";

/* A device that has at most five bytes at a time. */
size_t console_read(char *buffer, size_t size)
{
    size_t length = strlen(typed);

    assert(size != 0);
    length = length > 5 ? 5 : length;
    length = length > size ? size : length;
    memcpy(buffer, typed, length);
    typed += length;
    return length;
}

int main(void)
{
    char a[3] = "";
    char b[16] = "";
    struct linux_iovec pieces[] = {{NULL, 0}, {a, 2}, {b, sizeof b}};

    assert(sys_readv(0, (long)pieces, 3) == 2 && memcmp(a, "he", 2) == 0);
    assert(sys_read(0, (long)b, sizeof b) == 5 && memcmp(b, "llo w", 5) == 0);
    assert(sys_read(0, (long)b, 0) == 0 && sys_readv(0, (long)pieces, 1) == 0 && sys_readv(0, 0, 0) == 0);
    assert(sys_readv(0, (long)(pieces + 2), 1) == 4 && memcmp(b, "orld", 4) == 0);
    assert(sys_read(0, (long)b, sizeof b) == 0);
    assert(sys_read(3, (long)b, 1) == -EBADF && sys_readv(-1, (long)pieces, 3) == -EBADF);
    assert(sys_readv(3, (long)pieces, 1) == -EBADF && sys_readv(0, (long)pieces, 1025) == -EINVAL);
    puts("console-reading: ok");
    return 0;
}
