/* The parent's timer goes on while its children have, miss and leave theirs. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int count;
static pid_t parent;

static void note(int signal)
{
    (void)signal;
    if (getpid() == parent)
        count++;
    else
        _exit(99);
}

static int run(const char *what)
{
    char *arguments[] = {"alarmed", (char *)what, NULL};
    int status, before = count;
    pid_t child;

    if (posix_spawn(&child, "/bin/alarmed", NULL, NULL, arguments, NULL))
        return -1;
    while (waitpid(child, &status, 0) != child)
        if (errno != EINTR)
            return -1;
    printf("%s: %s %d, the parent %s\n", what, WIFSIGNALED(status) ? "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), count >= before ? "lives" : "lost");
    return 0;
}

int main(void)
{
    struct itimerval time = {{0, 1000}, {0, 1000}};
    struct timespec rest = {0, 20000000};

    parent = getpid();
    signal(SIGALRM, note);
    setitimer(ITIMER_REAL, &time, NULL);
    for (int i = 0; i < 3; i++)
        if (run("counts") || run("dies") || run("leaves"))
            return 1;
    while (nanosleep(&rest, &rest) == -1)
        ; /* what the children left would come now */
    time = (struct itimerval){{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &time, NULL);
    printf("the parent's timer %s\n", count > 10 ? "went on" : "stood");
    return 0;
}
