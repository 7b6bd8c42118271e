/*
 * Record locks between processes. The first process tells two others what to lock, and prints what comes of
 * it; pids are shown as names. The words of the command line are the program's file and the file to lock.
 */
#include "order.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON 30 /* milliseconds: nothing more than that somebody could have answered */

struct holder {
    pid_t pid;
    int orders, answers;
};

static const char *path = "shared";
static struct holder a, b;
static int own;

static const char *name_of(pid_t pid)
{
    return pid == a.pid ? "a" : pid == b.pid ? "b" : pid == getpid() ? "main" : pid == -1 ? "file" : "nobody";
}

static const char *error_name(int error)
{
    switch (error) {
    case 0:
        return "done";
    case EAGAIN:
        return "EAGAIN";
    case EBADF:
        return "EBADF";
    case EDEADLK:
        return "EDEADLK";
    case EINTR:
        return "EINTR";
    case EINVAL:
        return "EINVAL";
    case EOVERFLOW:
        return "EOVERFLOW";
    default:
        return strerror(error);
    }
}

static struct holder start(void)
{
    char *words[] = {"holder", (char *)path, NULL};
    posix_spawn_file_actions_t actions;
    struct holder holder;
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        perror("pipe2");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    errno = posix_spawn(&holder.pid, BIN "holder", &actions, NULL, words, NULL);
    if (errno != 0)
        perror("posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    holder.orders = in[1];
    holder.answers = out[0];
    return holder;
}

static void end(struct holder *holder)
{
    int status;

    close(holder->orders);
    waitpid(holder->pid, &status, 0);
    printf("%s ended with %d\n", holder == &a ? "a" : "b", status);
    close(holder->answers);
}

static struct order order(int what, int type, long first, long length)
{
    return (struct order){.what = what, .lock = {.l_type = (short)type, .l_start = first, .l_len = length}};
}

static void tell(struct holder *holder, int what, int type, long first, long length)
{
    struct order said = order(what, type, first, length);

    if (write(holder->orders, &said, sizeof(said)) != sizeof(said))
        perror("write");
}

static struct answer hear(struct holder *holder)
{
    struct answer answer = {.error = -1};

    if (read(holder->answers, &answer, sizeof(answer)) != sizeof(answer))
        perror("read");
    return answer;
}

static bool silent(struct holder *holder)
{
    struct pollfd pollfd = {.fd = holder->answers, .events = POLLIN};

    return poll(&pollfd, 1, SOON) == 0;
}

static void show(const char *who, int what, int type, long first, long length, struct answer answer)
{
    const char *kind = type == F_RDLCK ? "read" : type == F_WRLCK ? "write" : type == F_UNLCK ? "none" : "?";
    const char *verb = what == F_GETLK ? "asks for" : what == F_SETLKW ? "waits for" : "sets";

    printf("%s %s %s %ld+%ld: %s", who, verb, kind, first, length, error_name(answer.error));
    if (what == F_GETLK && answer.error == 0 && answer.lock.l_type == F_UNLCK)
        printf(", free");
    else if (what == F_GETLK && answer.error == 0)
        printf(", %s %ld+%ld of %s", answer.lock.l_type == F_WRLCK ? "write" : "read",
               (long)answer.lock.l_start, (long)answer.lock.l_len, name_of(answer.lock.l_pid));
    putchar('\n');
}

/* An order and its answer; `holder` NULL: this process does it. */
static void does(struct holder *holder, int what, int type, long first, long length)
{
    struct answer answer;

    if (holder != NULL) {
        tell(holder, what, type, first, length);
        answer = hear(holder);
    } else {
        struct order said = order(what, type, first, length);
        answer.error = fcntl(own, what, &said.lock) == 0 ? 0 : errno;
        answer.lock = said.lock;
    }
    show(holder == &a ? "a" : holder == &b ? "b" : "main", what, type, first, length, answer);
}

static void ranges(void)
{
    puts("-- ranges");
    does(&a, F_SETLK, F_WRLCK, 0, 10);
    does(&b, F_SETLK, F_WRLCK, 5, 1);
    does(&b, F_SETLK, F_RDLCK, 9, 5);
    does(&b, F_SETLK, F_WRLCK, 10, 5);
    does(&b, F_GETLK, F_RDLCK, 0, 100);
    does(NULL, F_GETLK, F_RDLCK, 8, 100);
    does(NULL, F_GETLK, F_WRLCK, 15, 0);
    does(&a, F_SETLK, F_RDLCK, 3, 4); /* in the middle: three ranges */
    does(&b, F_SETLK, F_RDLCK, 4, 2);
    does(&b, F_GETLK, F_WRLCK, 6, 1);
    does(&b, F_GETLK, F_WRLCK, 7, 3);
    does(&a, F_SETLK, F_UNLCK, 1, 1);
    does(&b, F_GETLK, F_WRLCK, 0, 3);
    does(&a, F_SETLK, F_WRLCK, 3, 2); /* b reads the second */
    does(&a, F_GETLK, F_WRLCK, 3, 2);
    does(&b, F_SETLK, F_UNLCK, 0, 0);
    does(&a, F_SETLK, F_WRLCK, 0, 0);
    does(&b, F_GETLK, F_RDLCK, 1000000, 1);
    does(NULL, F_GETLK, F_RDLCK, -1, 1);
    does(NULL, F_SETLK, F_RDLCK, 5, -6);
    does(NULL, F_GETLK, F_RDLCK, 6, -2);
    does(NULL, F_SETLK, 9, 0, 1);
    does(NULL, F_GETLK, F_UNLCK, 0, 1);
    does(NULL, F_SETLK, F_RDLCK, 9, 0x7fffffffffffffff);
    does(&a, F_SETLK, F_UNLCK, 0, 0);
    does(NULL, F_GETLK, F_WRLCK, 0, 0);
}

static void waits(void)
{
    puts("-- waits");
    does(&a, F_SETLK, F_RDLCK, 0, 4);
    does(&b, F_SETLK, F_RDLCK, 2, 4);
    tell(&b, F_SETLKW, F_WRLCK, 0, 3);
    printf("b waits: %d\n", silent(&b));
    does(&a, F_SETLK, F_UNLCK, 0, 1);
    printf("b still waits: %d\n", silent(&b));
    does(&a, F_SETLK, F_UNLCK, 1, 3);
    show("b", F_SETLKW, F_WRLCK, 0, 3, hear(&b));
    does(NULL, F_GETLK, F_RDLCK, 0, 0);
    tell(&a, F_SETLKW, F_RDLCK, 2, 1);
    printf("a waits: %d\n", silent(&a));
    does(&b, F_SETLK, F_RDLCK, 2, 1); /* enough for a reader */
    show("a", F_SETLKW, F_RDLCK, 2, 1, hear(&a));
    does(&a, F_SETLK, F_UNLCK, 0, 0);
    does(&b, F_SETLK, F_UNLCK, 0, 0);
}

static void circles(void)
{
    struct pollfd pollfds[2];
    struct answer answer;
    struct holder *loser, *winner;

    puts("-- circles");
    does(&a, F_SETLK, F_WRLCK, 0, 1);
    does(&b, F_SETLK, F_WRLCK, 1, 1);
    tell(&a, F_SETLKW, F_WRLCK, 1, 1);
    tell(&b, F_SETLKW, F_WRLCK, 0, 1);
    pollfds[0] = (struct pollfd){.fd = a.answers, .events = POLLIN};
    pollfds[1] = (struct pollfd){.fd = b.answers, .events = POLLIN};
    poll(pollfds, 2, -1);
    loser = pollfds[0].revents ? &a : &b;
    winner = loser == &a ? &b : &a;
    answer = hear(loser);
    printf("one is told: %s\n", error_name(answer.error));
    tell(loser, F_SETLK, F_UNLCK, 0, 0);
    answer = hear(loser);
    answer = hear(winner);
    printf("the other gets it: %s\n", error_name(answer.error));
    tell(winner, F_SETLK, F_UNLCK, 0, 0);
    answer = hear(winner);
    does(NULL, F_GETLK, F_WRLCK, 0, 0);
}

static void signals(void)
{
    puts("-- signals");
    does(NULL, F_SETLK, F_WRLCK, 0, 1);
    tell(&a, F_SETLKW, F_RDLCK, 0, 1);
    do
        kill(a.pid, SIGUSR1);
    while (silent(&a));
    show("a", F_SETLKW, F_RDLCK, 0, 1, hear(&a));
    tell(&b, RESTART, 0, 0, 0);
    hear(&b);
    tell(&b, F_SETLKW, F_RDLCK, 0, 1);
    for (int i = 0; i < 3; i++) {
        kill(b.pid, SIGUSR1);
        printf("b waits: %d\n", silent(&b));
    }
    does(NULL, F_SETLK, F_UNLCK, 0, 0);
    show("b", F_SETLKW, F_RDLCK, 0, 1, hear(&b));
    does(&b, F_SETLK, F_UNLCK, 0, 0);
}

/* What gives locks up. */
static void ends(void)
{
    int copy;

    puts("-- ends");
    does(&a, F_SETLK, F_WRLCK, 0, 1);
    tell(&a, EXECUTE, 0, 0, 0);
    printf("a is a new program: %s\n", error_name(hear(&a).error));
    does(&b, F_GETLK, F_RDLCK, 0, 1);
    tell(&a, OPEN_AND_CLOSE, 0, 0, 0);
    hear(&a);
    does(&b, F_GETLK, F_RDLCK, 0, 1);
    does(NULL, F_SETLK, F_WRLCK, 7, 7);
    copy = dup(own);
    does(&b, F_GETLK, F_RDLCK, 0, 0);
    close(copy);
    does(&b, F_GETLK, F_RDLCK, 0, 0);
    does(NULL, F_SETLK, F_WRLCK, 7, 7);
    dup2(0, own + 20);
    copy = dup2(own, own + 20);
    dup2(0, copy); /* closes it, too */
    does(&b, F_GETLK, F_RDLCK, 0, 0);
    close(copy);
    does(&a, F_SETLK, F_RDLCK, 0, 0);
    does(&b, F_SETLK, F_RDLCK, 0, 0);
    end(&a);
    does(NULL, F_GETLK, F_WRLCK, 0, 0);
    kill(b.pid, SIGKILL);
    end(&b);
    does(NULL, F_GETLK, F_WRLCK, 0, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        path = argv[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    own = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (own < 0 || ftruncate(own, 100) != 0)
        perror(path);
    a = start();
    b = start();
    ranges();
    waits();
    circles();
    signals();
    ends();
    open_files(path);
    return 0;
}
