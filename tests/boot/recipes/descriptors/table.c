#include "cases.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

int close_range(unsigned first, unsigned last, int flags);

static void most_open(void)
{
    int pair[2], last = -1, fd;

    if (pipe(pair) != 0)
        return;
    while ((fd = dup(pair[0])) >= 0)
        last = fd;
    printf("  last: %d %s\n", last, strerror(errno));
    close(500);
    close(200);
    printf("  lowest again: %d %d\n", dup(pair[0]), dup(pair[0]));
    printf("  at least 300: %d\n", fcntl(pair[0], F_DUPFD, 300));
    for (fd = 3; fd <= last; fd++)
        close(fd);
}

void table(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int pair[2], on = 1;
    char bytes[16];
    struct iovec pieces[2] = {{bytes, 4}, {bytes + 4, 4}};

    SHOW(pipe2(pair, O_CLOEXEC));
    SHOW(fcntl(pair[0], F_GETFD));
    SHOW(fcntl(pair[0], F_GETFL));
    SHOW(fcntl(pair[1], F_GETFL));
    SHOW(fcntl(pair[0], F_SETFD, 0));
    SHOW(fcntl(pair[0], F_GETFD));
    SHOW(fcntl(pair[0], F_SETFL, O_NONBLOCK));
    SHOW(fcntl(pair[0], F_GETFL));
    SHOW(ioctl(pair[1], FIONBIO, &on));
    SHOW(fcntl(pair[1], F_GETFL));
    SHOW(ioctl(pair[1], FIOCLEX));
    SHOW(fcntl(pair[1], F_GETFD));
    SHOW(fcntl(pair[0], F_DUPFD_CLOEXEC, 100));
    SHOW(fcntl(100, F_GETFD));
    SHOW(fcntl(100, F_GETFL));
    SHOW(dup2(pair[0], 50));
    SHOW(dup2(pair[0], pair[0]));
    SHOW(dup2(pair[0], -1));
    SHOW(dup2(77, 5));
    SHOW(dup3(pair[0], pair[0], 0));
    SHOW(dup3(pair[0], 51, O_CLOEXEC));
    SHOW(fcntl(51, F_GETFD));
    SHOW(fcntl(99, F_GETFD));
    SHOW(fcntl(pair[0], F_DUPFD, -1));
    SHOW(fcntl(pair[0], 9999));
    SHOW(fcntl(pair[0], F_GETPIPE_SZ));
    SHOW(fcntl(pair[0], F_SETPIPE_SZ, 5000));
    SHOW(fcntl(pair[1], F_GETPIPE_SZ));
    SHOW(fcntl(0, F_GETPIPE_SZ));
    SHOW(fcntl(pair[0], F_SETLK, &lock));
    lock.l_type = F_RDLCK;
    SHOW(fcntl(pair[0], F_GETLK, &lock));
    SHOW(lock.l_type);
    lock.l_type = 9;
    SHOW(fcntl(pair[0], F_SETLK, &lock));
    SHOW(lseek(pair[0], 0, SEEK_SET));
    SHOW(pread(pair[0], bytes, 4, 0));
    SHOW(pwrite(pair[1], bytes, 4, 0));
    SHOW(preadv(pair[0], pieces, 2, 0));
    SHOW(pwritev(pair[1], pieces, 2, -1));
    SHOW(read(pair[1], bytes, 4));
    SHOW(write(pair[0], bytes, 4));
    SHOW(readv(pair[0], pieces, -1));
    SHOW(readv(pair[0], pieces, 2));
    SHOW(close(51));
    SHOW(close(51));
    SHOW(ioctl(pair[0], 0x1234567));
    close(50);
    close(100);
    close(pair[0]);
    close(pair[1]);
    most_open();
}
