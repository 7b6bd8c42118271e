/* Processes that work together. */
#define _GNU_SOURCE
#include "cases.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void pipeline(void)
{
    int in[2], out[2];
    char text[64] = "";
    size_t got = 0;
    ssize_t part;
    pid_t child;

    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return;
    child = vfork();
    if (child == 0) {
        char *words[] = {"upper", NULL};
        dup2(in[0], 0);
        dup2(out[1], 1);
        execv(BIN "upper", words);
        _exit(99);
    }
    close(in[0]);
    close(out[1]);
    write(in[1], "from here ", 10);
    write(in[1], "to there\n", 9);
    close(in[1]);
    while ((part = read(out[0], text + got, sizeof text - 1 - got)) > 0)
        got += (size_t)part;
    close(out[0]);
    printf("%s", text);
    ended(child);
}

/* The shell understands `tell WORDS`, and one `|`. */
void popen_and_system(void)
{
    char line[64] = "none\n";
    FILE *pipe = popen("tell env", "r");

    if (pipe && !fgets(line, sizeof line, pipe))
        strcpy(line, "nothing\n");
    printf("%s", line);
    printf("pclose %d\n", pipe ? WEXITSTATUS(pclose(pipe)) : -1);
    printf("system %d\n", WEXITSTATUS(system("tell exit 6")));
    printf("system %d\n", WEXITSTATUS(system("tell say hello | upper")));
    pipe = popen("upper", "w");
    fputs("written to a child\n", pipe);
    printf("pclose %d\n", WEXITSTATUS(pclose(pipe)));
}

void spawn_actions(void)
{
    posix_spawn_file_actions_t actions;
    char *words[] = {"tell", "say", "into a file", NULL}, text[32] = "";
    char *variables[] = {"GREETING=hello from here", NULL}, *env[] = {"tell", "env", NULL};
    pid_t child;
    int fd;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "processes-out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    printf("spawn %d\n", posix_spawn(&child, BIN "tell", &actions, NULL, words, environ));
    ended(child);
    posix_spawn_file_actions_destroy(&actions);
    fd = open("processes-out", O_RDONLY);
    printf("%d %s", (int)read(fd, text, sizeof text - 1), text);
    close(fd);
    unlink("processes-out");
    if (posix_spawn(&child, BIN "tell", NULL, NULL, env, variables) == 0)
        ended(child);
    printf("spawn %s\n", strerror(posix_spawn(&child, BIN "none", NULL, NULL, words, environ)));
}
