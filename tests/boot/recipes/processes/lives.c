/* How processes begin, end, and are known to each other. */
#define _GNU_SOURCE
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t start(const char *program, ...)
{
    const char *words[16] = {program};
    va_list more;
    pid_t child;

    va_start(more, program);
    for (int i = 1; i < 15 && (words[i] = va_arg(more, const char *)) != NULL; i++)
        ;
    va_end(more);
    child = vfork();
    if (child == 0) {
        execv(program, (char **)words);
        _exit(100 + errno);
    }
    return child;
}

void ended(pid_t child)
{
    int status;
    pid_t found;

    while ((found = waitpid(child, &status, 0)) < 0 && errno == EINTR)
        ;
    if (found != child)
        printf("nobody to wait for %d\n", errno == ECHILD);
    else if (WIFEXITED(status))
        printf("exited %d\n", WEXITSTATUS(status));
    else
        printf("killed by %d\n", WTERMSIG(status));
}

void exits(void)
{
    int status;
    siginfo_t info;
    pid_t child, first;

    ended(start(BIN "tell", "exit", "0", NULL));
    ended(start(BIN "tell", "exit", "42", NULL));
    ended(start(BIN "none", NULL));
    child = vfork(); /* ends without a program of its own */
    if (child == 0)
        _exit(9);
    ended(child);
    status = waitpid(-1, &status, 0);
    printf("nobody %d %d\n", status, errno == ECHILD);

    child = start(BIN "tell", "sleep", NULL);
    printf("nohang %d\n", waitpid(child, &status, WNOHANG));
    printf("is there %d\n", kill(child, 0));
    kill(child, SIGTERM);
    ended(child);
    status = kill(child, 0);
    printf("is gone %d %d\n", status, errno == ESRCH);

    child = start(BIN "tell", "exit", "3", NULL);
    memset(&info, 0, sizeof info);
    printf("waitid %d", waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    printf(" %d %d %d %d\n", info.si_signo == SIGCHLD, info.si_code == CLD_EXITED, info.si_status,
           info.si_pid == child);
    ended(child);

    first = start(BIN "tell", "exit", "1", NULL);
    child = start(BIN "tell", "exit", "2", NULL);
    ended(child);
    ended(first);
    ended(start(BIN "tell", "abort", NULL));
    ended(start(BIN "tell", "atexit", NULL));
}

static volatile sig_atomic_t children;

static void count(int signal)
{
    (void)signal;
    children++;
}

void signals(void)
{
    struct sigaction action = {.sa_handler = count};
    pid_t child;

    sigaction(SIGCHLD, &action, NULL);
    ended(start(BIN "tell", "exit", "0", NULL));
    printf("told %d\n", children);
    /* Handlers are gone in the new program, what is ignored stays so, and so does the mask. */
    signal(SIGUSR1, count);
    signal(SIGUSR2, SIG_IGN);
    ended(start(BIN "tell", "dispositions", NULL));
    child = start(BIN "tell", "sleep", NULL);
    kill(child, SIGUSR2);
    kill(child, SIGUSR1);
    ended(child);
    signal(SIGCHLD, SIG_IGN);
    child = start(BIN "tell", "exit", "5", NULL);
    ended(child); /* nobody is left to be waited for */
    signal(SIGCHLD, SIG_DFL);
}

/* A program that begins another in its own place keeps its pid. */
void replaced(void)
{
    ended(start(BIN "tell", "replace", BIN "tell", NULL));
    ended(start(BIN "tell", "replace", BIN "none", NULL));
}

void directories(void)
{
    char here[256], there[256];

    printf("%d\n", mkdir("processes-test", 0777) == 0 || errno == EEXIST);
    getcwd(here, sizeof here);
    ended(start(BIN "tell", "chdir", "processes-test", NULL));
    getcwd(there, sizeof there);
    printf("still here %d\n", strcmp(here, there) == 0);
    umask(027);
    ended(start(BIN "tell", "umask", NULL));
    printf("still %o\n", umask(022));
    rmdir("processes-test");
}

void descriptors(void)
{
    int kept = open("processes-file", O_RDWR | O_CREAT | O_TRUNC, 0600),
        closed = fcntl(kept, F_DUPFD_CLOEXEC, 10);
    char number[16], other[16], text[32] = "";

    snprintf(number, sizeof number, "%d", kept);
    snprintf(other, sizeof other, "%d", closed);
    ended(start(BIN "tell", "write", number, NULL));
    ended(start(BIN "tell", "write", other, NULL));
    lseek(kept, 0, SEEK_SET);
    printf("read %d %s\n", (int)read(kept, text, sizeof text - 1), text);
    printf("still open %d\n", fcntl(closed, F_GETFD) == FD_CLOEXEC);
    close(closed);
    close(kept);
    unlink("processes-file");
}

void groups(void)
{
    ended(start(BIN "tell", "parent", NULL));
    ended(start(BIN "tell", "session", NULL));
    ended(start(BIN "spawner", "orphan", NULL));
}

void faults(void)
{
    ended(start(BIN "tell", "segv", NULL));
    ended(start(BIN "tell", "fpe", NULL));
    ended(start(BIN "tell", "caught", NULL));
    printf("alive\n");
}

void threads_inside(void)
{
    ended(start(BIN "spawner", "threads", NULL));
    ended(start(BIN "spawner", "exit_from_thread", NULL));
}

void many(void)
{
    pid_t pids[10];

    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 10; i++)
            pids[i] = start(BIN "tell", "exit", "0", NULL);
        for (int i = 0; i < 10; i++) {
            int status = -1;
            if (waitpid(pids[i], &status, 0) != pids[i] || status != 0)
                printf("lost %d\n", i);
        }
    }
    printf("all\n");
}
