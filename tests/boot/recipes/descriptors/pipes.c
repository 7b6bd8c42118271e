#include "cases.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

static char block[100000], back[100000];

static volatile int signals;

static void count(int signal)
{
    signals += signal == SIGPIPE;
}

void pipes(void)
{
    struct iovec pieces[3] = {{block, 10}, {block + 10, 0}, {block + 10, 30}};
    struct iovec parts[2] = {{back, 25}, {back + 25, 100}};
    int pair[2], waiting;
    struct stat status;
    long sum = 0, n;

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 7 + i / 256);
    SHOW(pipe2(pair, O_NONBLOCK));
    SHOW(read(pair[0], back, 10));
    SHOW(read(pair[0], back, 0));
    SHOW(writev(pair[1], pieces, 3));
    SHOW(ioctl(pair[0], FIONREAD, &waiting));
    SHOW(waiting);
    SHOW(readv(pair[0], parts, 2));
    SHOW(memcmp(block, back, 40));
    SHOW(write(pair[1], block, 65536 - 100));
    SHOW(write(pair[1], block, 101));
    SHOW(write(pair[1], block, 4096));
    SHOW(read(pair[0], back, 5000));
    SHOW(write(pair[1], block, 4096));
    while ((n = read(pair[0], back, 3000)) > 0)
        sum += n;
    SHOW(sum);
    SHOW(write(pair[1], block, sizeof block));
    SHOW(fcntl(pair[1], F_SETPIPE_SZ, 4096));
    SHOW(fcntl(pair[1], F_SETPIPE_SZ, 1 << 17));
    SHOW(write(pair[1], block + 65536, sizeof block - 65536));
    SHOW(read(pair[0], back, sizeof back));
    SHOW(memcmp(block, back, sizeof block));
    SHOW(fstat(pair[0], &status));
    SHOW(S_ISFIFO(status.st_mode));
    SHOW(status.st_mode & 0777);
    SHOW(write(pair[1], block, 10));
    SHOW(close(pair[1]));
    SHOW(read(pair[0], back, 100));
    SHOW(read(pair[0], back, 100));
    SHOW(close(pair[0]));
    SHOW(pipe2(pair, O_RDWR));
}

void broken_pipes(void)
{
    struct sigaction action = {.sa_handler = count};
    int pair[2];

    sigaction(SIGPIPE, &action, NULL);
    SHOW(pipe(pair));
    SHOW(close(pair[0]));
    SHOW(write(pair[1], block, 10));
    SHOW(signals);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    SHOW(write(pair[1], block, 10));
    SHOW(signals);
    SHOW(write(pair[1], block, 0));
    SHOW(close(pair[1]));
}

void event_counters(void)
{
    struct pollfd one;
    uint64_t value = 3;
    int fd = eventfd(5, EFD_NONBLOCK);

    one = (struct pollfd){fd, POLLIN | POLLOUT, 0};
    SHOW(poll(&one, 1, 0));
    SHOW(one.revents);
    SHOW(write(fd, &value, sizeof value));
    SHOW(read(fd, &value, sizeof value));
    SHOW(value);
    SHOW(read(fd, &value, sizeof value));
    SHOW(read(fd, &value, 4));
    value = UINT64_MAX;
    SHOW(write(fd, &value, sizeof value));
    value = UINT64_MAX - 1;
    SHOW(write(fd, &value, sizeof value));
    SHOW(poll(&one, 1, 0));
    SHOW(one.revents);
    value = 1;
    SHOW(write(fd, &value, sizeof value));
    SHOW(close(fd));
    fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
    SHOW(read(fd, &value, sizeof value));
    SHOW(value);
    SHOW(read(fd, &value, sizeof value));
    SHOW(read(fd, &value, sizeof value));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(close(fd));
    SHOW(eventfd(0, 12345));
}
