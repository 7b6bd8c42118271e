/* Does one thing, named by its first word, and tells of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is(const char *word, const char *name)
{
    return strcmp(word, name) == 0;
}

static void last_words(void)
{
    printf("last words\n");
}

static sigjmp_buf back;

static void caught(int signal)
{
    siglongjmp(back, signal);
}

static int fail(const char *what)
{
    volatile int zero = 0;

    if (is(what, "segv"))
        *(volatile int *)8 = 1;
    else if (is(what, "fpe"))
        zero = 1 / zero;
    else if (sigsetjmp(back, 1) == 0) {
        signal(SIGSEGV, caught);
        *(volatile int *)8 = 1;
    } else {
        printf("caught\n");
    }
    return zero;
}

static int dispositions(void)
{
    struct sigaction one, two;
    sigset_t mask;

    sigaction(SIGUSR1, NULL, &one);
    sigaction(SIGUSR2, NULL, &two);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    printf("%d %d %d\n", one.sa_handler == SIG_DFL, two.sa_handler == SIG_IGN, sigismember(&mask, SIGUSR1));
    return 0;
}

static int replace(char *program)
{
    char pid[16], *words[] = {program, "same", pid, NULL};

    snprintf(pid, sizeof pid, "%d", getpid());
    execv(program, words);
    printf("execv: %s\n", strerror(errno));
    return 8;
}

static int of_process(const char *what)
{
    if (is(what, "parent")) {
        printf("parent %d\n", getppid() != getpid() && getpgrp() == getpgid(getppid()));
        return 0;
    }
    printf("setsid %d", setsid() == getpid());
    printf(" %d %d\n", getsid(0) == getpid(), getpgrp() == getpid());
    printf("again %d\n", setsid());
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (is(what, "exit"))
        return atoi(argv[2]);
    if (is(what, "sleep"))
        return (int)sleep(1000);
    if (is(what, "abort"))
        abort();
    if (is(what, "atexit"))
        return atexit(last_words);
    if (is(what, "say"))
        return puts(argv[2]) < 0;
    if (is(what, "env"))
        return printf("greeting %s\n", getenv("GREETING") ? getenv("GREETING") : "none") < 0;
    if (is(what, "replace"))
        return replace(argv[2]);
    if (is(what, "same"))
        return printf("same pid %d\n", atoi(argv[2]) == getpid()) < 0;
    if (is(what, "chdir"))
        return printf("chdir %d\n", chdir(argv[2])) < 0;
    if (is(what, "umask"))
        return printf("umask %o\n", umask(0)) < 0;
    if (is(what, "write"))
        return write(atoi(argv[2]), "from a child", 12) == 12 ? 0 : errno == EBADF ? 77 : 78;
    if (is(what, "dispositions"))
        return dispositions();
    if (is(what, "parent") || is(what, "session"))
        return of_process(what);
    if (is(what, "segv") || is(what, "fpe") || is(what, "caught"))
        return fail(what);
    return 1;
}
