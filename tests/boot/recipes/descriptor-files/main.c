/* One line a call: what it was, and what came of it. */
#define _GNU_SOURCE
#include "../show.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static char bytes[20000];

static void devices(void)
{
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR),
        random = open("/dev/urandom", O_RDONLY), out = open("/dev/stdout", O_WRONLY);
    struct pollfd one = {null, POLLIN | POLLOUT, 0};
    struct stat status;
    int differ = 0;

    SHOW(read(null, bytes, 10));
    SHOW(write(null, bytes, 10));
    memset(bytes, 1, 100);
    SHOW(read(zero, bytes, 100));
    SHOW(bytes[0] + bytes[99]);
    SHOW(write(zero, bytes, 100));
    SHOW(write(full, bytes, 100));
    SHOW(read(full, bytes, 5));
    SHOW(read(random, bytes, 64));
    for (int i = 0; i < 63; i++)
        differ += bytes[i] != bytes[i + 1];
    SHOW(differ > 32);
    SHOW(fstat(null, &status));
    SHOW(S_ISCHR(status.st_mode));
    SHOW(status.st_rdev);
    SHOW(stat("/dev/zero", &status));
    SHOW(S_ISCHR(status.st_mode));
    SHOW(status.st_rdev);
    SHOW(poll(&one, 1, 0));
    SHOW(one.revents);
    fflush(stdout);
    SHOW(write(out, "said\n", 5));
    close(null);
    close(zero);
    close(full);
    close(random);
    close(out);
}

static void fifos(void)
{
    struct stat status;
    int in, out, both;

    unlink("pipe");
    SHOW(mkfifo("pipe", 0644));
    SHOW(mkfifo("pipe", 0644));
    SHOW(stat("pipe", &status));
    SHOW(S_ISFIFO(status.st_mode));
    SHOW(status.st_mode & 0777);
    SHOW(open("pipe", O_WRONLY | O_NONBLOCK));
    in = open("pipe", O_RDONLY | O_NONBLOCK);
    SHOW(read(in, bytes, 10));
    out = open("pipe", O_WRONLY);
    SHOW(read(in, bytes, 10));
    SHOW(write(out, "hello", 5));
    SHOW(read(in, bytes, 10));
    SHOW(write(out, "again", 5));
    SHOW(close(out));
    SHOW(read(in, bytes, 10));
    SHOW(read(in, bytes, 10));
    SHOW(close(in));
    both = open("pipe", O_RDWR);
    SHOW(write(both, "self", 4));
    SHOW(read(both, bytes, 10));
    SHOW(close(both));
    SHOW(unlink("pipe"));
    SHOW(mknod("node", S_IFREG | 0600, 0));
    SHOW(stat("node", &status));
    SHOW(S_ISREG(status.st_mode));
    SHOW(unlink("node"));
}

static void locks(const char *path)
{
    int a = open(path, O_RDONLY), b = open(path, O_RDONLY), c = dup(a);

    SHOW(flock(a, LOCK_SH));
    SHOW(flock(b, LOCK_SH | LOCK_NB));
    SHOW(flock(a, LOCK_EX | LOCK_NB));
    SHOW(flock(b, LOCK_UN));
    SHOW(flock(a, LOCK_EX | LOCK_NB));
    SHOW(flock(c, LOCK_EX | LOCK_NB));
    SHOW(flock(b, LOCK_SH | LOCK_NB));
    SHOW(close(a));
    SHOW(flock(b, LOCK_SH | LOCK_NB));
    SHOW(close(c));
    SHOW(flock(b, LOCK_EX | LOCK_NB));
    SHOW(flock(b, 77));
    SHOW(close(b));
    SHOW(flock(b, LOCK_UN));
}

static long sum(const char *data, long count)
{
    long all = 0;

    for (long i = 0; i < count; i++)
        all = (all * 31 + data[i]) % 1000003;
    return all;
}

static void sending(const char *path)
{
    int file = open(path, O_RDONLY), pair[2], waiting, copy;
    off_t at = 1000;

    SHOW(pipe(pair));
    SHOW(ioctl(file, FIONREAD, &waiting));
    SHOW(waiting);
    SHOW(sendfile(pair[1], file, NULL, 100));
    SHOW(lseek(file, 0, SEEK_CUR));
    SHOW(sendfile(pair[1], file, &at, 5000));
    SHOW(at);
    SHOW(lseek(file, 0, SEEK_CUR));
    SHOW(read(pair[0], bytes, sizeof bytes));
    SHOW(sum(bytes, 5100));
    at = 13800;
    SHOW(sendfile(pair[1], file, &at, 5000));
    SHOW(read(pair[0], bytes, sizeof bytes));
    SHOW(sum(bytes, 93));
    SHOW(sendfile(pair[1], file, &at, 5000));
    at = -1;
    SHOW(sendfile(pair[1], file, &at, 5));
    SHOW(sendfile(file, file, NULL, 5));
    SHOW(sendfile(99, file, NULL, 5));
    /* To another file, and from one that is written, has a hole and is longer than a page. */
    copy = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
    SHOW(pwrite(copy, "end", 3, 9000));
    at = 0;
    SHOW(fcntl(pair[1], F_SETFL, O_NONBLOCK));
    SHOW(sendfile(pair[1], copy, &at, 100000));
    SHOW(read(pair[0], bytes, sizeof bytes));
    SHOW(sum(bytes, 9003));
    at = 0;
    SHOW(sendfile(copy, file, &at, 14000));
    SHOW(pread(copy, bytes, sizeof bytes, 0));
    SHOW(sum(bytes, 13893));
    SHOW(close(copy));
    SHOW(unlink("copy"));
    close(file);
    close(pair[0]);
    close(pair[1]);
}

static void others(const char *path)
{
    int file = open(path, O_RDONLY), memory = memfd_create("m", MFD_CLOEXEC), pair[2];
    int copy = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct stat status;
    struct statfs system;
    off_t from = 100, to = 50;

    SHOW(fallocate(memory, 0, 0, 10000));
    SHOW(lseek(memory, 0, SEEK_END));
    SHOW(fallocate(memory, 0, -1, 10));
    SHOW(fallocate(memory, 0, 0, 0));
    SHOW(fallocate(file, 0, 0, 10));
    SHOW(ftruncate(memory, 5000));
    SHOW(copy_file_range(file, &from, copy, &to, 3000, 0));
    printf("    %ld %ld\n", (long)from, (long)to);
    SHOW(lseek(copy, 0, SEEK_SET));
    SHOW(copy_file_range(file, NULL, copy, NULL, 20000, 0));
    SHOW(lseek(file, 0, SEEK_CUR));
    SHOW(lseek(copy, 0, SEEK_CUR));
    SHOW(copy_file_range(file, NULL, copy, NULL, 20000, 0));
    from = 0;
    to = 100;
    SHOW(copy_file_range(copy, &from, copy, &to, 200, 0));
    SHOW(copy_file_range(copy, &from, copy, &to, 100, 0));
    SHOW(pread(copy, bytes, 13893, 0));
    SHOW(sum(bytes, 13893));
    SHOW(copy_file_range(file, NULL, file, NULL, 10, 0));
    SHOW(fstat(memory, &status));
    SHOW(status.st_nlink);
    SHOW(status.st_mode & 0777);
    SHOW(fcntl(memory, F_GETFD));
    SHOW(close(memory));
    SHOW(close(copy));
    SHOW(unlink("copy"));
    SHOW(pipe(pair));
    SHOW(posix_fadvise(file, 0, 0, POSIX_FADV_WILLNEED));
    SHOW(posix_fadvise(pair[0], 0, 0, POSIX_FADV_WILLNEED));
    SHOW(posix_fadvise(file, 0, 0, 99));
    SHOW(fstatfs(file, &system));
    SHOW(statfs("nowhere", &system));
    SHOW(fchown(file, 0, -1));
    SHOW(chown("nowhere", 0, 0));
    SHOW(faccessat(AT_FDCWD, "/", R_OK | X_OK, AT_EACCESS));
    SHOW(close(file));
    close(pair[0]);
    close(pair[1]);
    sync();
}

int main(int count, char **words)
{
    const char *path = count > 1 ? words[1] : "/data/numbers";

    printf("devices\n");
    devices();
    printf("fifos\n");
    fifos();
    printf("locks\n");
    locks(path);
    printf("sending\n");
    sending(path);
    printf("others\n");
    others(path);
    return 0;
}
