/* Each call gets a pointer that leads nowhere, and says so; then what it takes, and works. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int failures;

#define SAYS(call)                                                                                           \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        if ((long)(call) != -1 || errno != EFAULT) {                                                         \
            printf("no EFAULT, but %d: %s\n", errno, #call);                                                 \
            failures++;                                                                                      \
        }                                                                                                    \
    } while (0)

#define WORKS(call)                                                                                          \
    do {                                                                                                     \
        if ((long)(call) == -1) {                                                                            \
            printf("fails with %d: %s\n", errno, #call);                                                     \
            failures++;                                                                                      \
        }                                                                                                    \
    } while (0)

static void all(void *where)
{
    struct stat status;

    SAYS(open(where, O_RDONLY));
    SAYS(mkdir(where, 0700));
    SAYS(rename("/file", where));
    SAYS(unlink(where));
    SAYS(access(where, R_OK));
    SAYS(chdir(where));
    SAYS(pipe(where));
    SAYS(nanosleep(where, NULL));
    SAYS(getitimer(ITIMER_REAL, where));
    SAYS(setitimer(ITIMER_REAL, where, NULL));
    SAYS(uname(where));
    SAYS(sysinfo(where));
    SAYS(getrlimit(RLIMIT_STACK, where));
    SAYS(setrlimit(RLIMIT_STACK, where));
    SAYS(sigpending(where));
    SAYS(poll(where, 1, 0));
    SAYS(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, 0, where));
    SAYS(getrandom(where, 8, 0));
    SAYS(stat(where, &status));
}

int main(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), place[64];
    struct timespec none = {0, 0};
    int ends[2];

    all((void *)8);
    all((void *)(UINT64_C(0x8000000000000000) + 8)); /* no address at all */
    SAYS(pipe((int *)page));                         /* which may only be read */
    SAYS(getcwd(page, 64) ? 0 : -1);
    WORKS(pipe(ends));
    WORKS(nanosleep(&none, NULL));
    WORKS(nanosleep((struct timespec *)page, NULL));
    WORKS(poll(NULL, 0, 0));
    WORKS(getcwd(place, sizeof place) ? 0 : -1);
    printf("%d failures\n", failures);
    return failures != 0;
}
