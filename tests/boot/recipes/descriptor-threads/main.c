#define _GNU_SOURCE
#include "../show.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TOTAL 1000000

static int ends[2];

/* Writes much more than fits, in pieces of all sizes. */
static void *write_all(void *unused)
{
    static unsigned char bytes[5000];
    unsigned long done = 0, size = 1;

    while (done < TOTAL) {
        unsigned long n = size < TOTAL - done ? size : TOTAL - done;

        for (unsigned long i = 0; i < n; i++)
            bytes[i] = (unsigned char)((done + i) % 251);
        if (write(ends[1], bytes, n) != (long)n)
            printf("  short write\n");
        done += n;
        size = size * 7 % 4999 + 1;
    }
    close(ends[1]);
    return unused;
}

static void read_all(void)
{
    static unsigned char bytes[3000];
    unsigned long done = 0, wrong = 0;
    long n;

    while ((n = read(ends[0], bytes, sizeof bytes)) > 0) {
        for (long i = 0; i < n; i++)
            wrong += bytes[i] != (done + (unsigned long)i) % 251;
        done += (unsigned long)n;
    }
    printf("  %lu bytes, %lu wrong\n", done, wrong);
    close(ends[0]);
}

static void transfers(void)
{
    pthread_t thread;

    SHOW(pipe(ends));
    pthread_create(&thread, NULL, write_all, NULL);
    read_all();
    pthread_join(thread, NULL);
    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    pthread_create(&thread, NULL, write_all, NULL);
    read_all();
    pthread_join(thread, NULL);
}

static volatile int caught;

static void catch (int signal)
{
    caught = signal;
}

static void *write_later(void *unused)
{
    usleep(30000);
    if (write(ends[1], "x", 1) != 1)
        printf("  not written\n");
    return unused;
}

static pthread_t waiting; /* the main thread */

static void *disturb(void *unused)
{
    usleep(5000);
    pthread_kill(waiting, SIGALRM);
    return unused;
}

static void set_alarm(int flags)
{
    struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
    pthread_t thread;

    caught = 0;
    sigaction(SIGALRM, &action, NULL);
    pthread_create(&thread, NULL, disturb, NULL);
    pthread_detach(thread);
}

/* Waits that signals end, or do not. */
static void interruptions(void)
{
    struct epoll_event event;
    int epoll = epoll_create1(0);
    struct pollfd one;
    sigset_t alarm, old;
    pthread_t thread;
    char byte;

    SHOW(pipe(ends));
    one = (struct pollfd){ends[0], POLLIN, 0};
    set_alarm(0);
    SHOW(read(ends[0], &byte, 1));
    SHOW(caught == SIGALRM);
    set_alarm(SA_RESTART);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &old);
    pthread_create(&thread, NULL, write_later, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    SHOW(read(ends[0], &byte, 1));
    SHOW(caught == SIGALRM);
    pthread_join(thread, NULL);
    set_alarm(SA_RESTART);
    SHOW(poll(&one, 1, -1));
    SHOW(caught == SIGALRM);
    set_alarm(SA_RESTART);
    SHOW(epoll_wait(epoll, &event, 1, -1));
    SHOW(caught == SIGALRM);
    /* Let in only while waiting. */
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    set_alarm(0);
    SHOW(poll(&one, 1, 20));
    SHOW(caught);
    SHOW(ppoll(&one, 1, NULL, &old));
    SHOW(caught == SIGALRM);
    set_alarm(0);
    SHOW(epoll_pwait(epoll, &event, 1, 50, &alarm));
    SHOW(caught);
    SHOW(epoll_pwait(epoll, &event, 1, -1, &old));
    SHOW(caught == SIGALRM);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    close(ends[0]);
    close(ends[1]);
    close(epoll);
}

static void signal_files(void)
{
    struct signalfd_siginfo info;
    sigset_t set;
    struct pollfd one;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_NONBLOCK);
    one = (struct pollfd){fd, POLLIN, 0};
    SHOW(read(fd, &info, sizeof info));
    SHOW(poll(&one, 1, 0));
    SHOW(kill(getpid(), SIGUSR1));
    SHOW(poll(&one, 1, 0));
    SHOW(read(fd, &info, 10));
    SHOW(read(fd, &info, sizeof info));
    SHOW(info.ssi_signo == SIGUSR1 && info.ssi_code == SI_USER);
    SHOW(read(fd, &info, sizeof info));
    set_alarm(0);
    SHOW(poll(&one, 1, -1));
    SHOW(read(fd, &info, sizeof info));
    SHOW(info.ssi_signo == SIGALRM);
    SHOW(caught);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    close(fd);
}

#define WORKERS 4
#define EVENTS 2000

static int shared, counter, taken[WORKERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Several threads share the events of one epoll: each is taken once. */
static void *work(void *number)
{
    struct epoll_event event;
    uint64_t value;

    while (epoll_wait(shared, &event, 1, -1) == 1 && event.data.u32 == 0) {
        if (read(counter, &value, sizeof value) == sizeof value) {
            pthread_mutex_lock(&lock);
            taken[(long)number] += (int)value;
            pthread_mutex_unlock(&lock);
        }
    }
    return NULL;
}

static void sharing(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    pthread_t threads[WORKERS];
    uint64_t one = 1;
    int stop = eventfd(0, 0), sum = 0;

    shared = epoll_create1(0);
    counter = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
    epoll_ctl(shared, EPOLL_CTL_ADD, counter, &event);
    event.data.u32 = 1;
    epoll_ctl(shared, EPOLL_CTL_ADD, stop, &event);
    for (long i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < EVENTS; i++)
        if (write(counter, &one, sizeof one) != sizeof one)
            printf("  not written\n");
    do {
        usleep(1000);
        pthread_mutex_lock(&lock);
        sum = taken[0] + taken[1] + taken[2] + taken[3];
        pthread_mutex_unlock(&lock);
    } while (sum < EVENTS);
    SHOW(sum);
    SHOW(write(stop, &one, sizeof one));
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    close(shared);
    close(counter);
    close(stop);
}

/* Closing what another thread waits for with an edge: the wait goes on, and ends for another reason. */
static void *close_soon(void *unused)
{
    usleep(5000);
    close(ends[0]);
    usleep(5000);
    if (write(counter, &(uint64_t){1}, 8) != 8)
        printf("  not written\n");
    return unused;
}

static void closing(void)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = 1};
    int epoll = epoll_create1(0);
    pthread_t thread;

    SHOW(pipe(ends));
    counter = eventfd(0, 0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    event.data.u32 = 2;
    epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event);
    pthread_create(&thread, NULL, close_soon, NULL);
    SHOW(epoll_wait(epoll, &event, 1, -1));
    SHOW(event.data.u32);
    pthread_join(thread, NULL);
    close(ends[1]);
    close(epoll);
    close(counter);
}

int main(void)
{
    waiting = pthread_self();
    printf("transfers\n");
    transfers();
    printf("interruptions\n");
    interruptions();
    printf("signal_files\n");
    signal_files();
    printf("sharing\n");
    sharing();
    printf("closing\n");
    closing();
    SHOW(dup(0));
    return 0;
}
