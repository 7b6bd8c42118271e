/* `sh -c "program words"`, with one `|` at most: enough for system() and popen(). */
#define _GNU_SOURCE
#include "cases.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t launch(char *text, int in, int out, int other)
{
    char path[256], *words[16] = {NULL}, *rest = text;
    int count = 0;
    pid_t child;

    for (char *word; count < 15 && (word = strsep(&rest, " ")) != NULL;)
        if (*word)
            words[count++] = word;
    snprintf(path, sizeof path, "%s%s", BIN, words[0]);
    child = vfork();
    if (child == 0) {
        if (in != 0)
            dup2(in, 0);
        if (out != 1)
            dup2(out, 1);
        if (in > 2)
            close(in);
        if (out > 2)
            close(out);
        if (other > 2)
            close(other);
        execv(path, words);
        _exit(127);
    }
    return child;
}

int main(int argc, char **argv)
{
    char *text = argc > 2 ? argv[argc - 1] : "", *second = strchr(text, '|');
    int status, ends[2];
    pid_t child, other;

    if (!second) {
        waitpid(launch(text, 0, 1, 0), &status, 0);
        return WEXITSTATUS(status);
    }
    *second++ = '\0';
    if (pipe(ends))
        return 126;
    other = launch(text, 0, ends[1], ends[0]);
    child = launch(second, ends[0], 1, ends[1]);
    close(ends[0]);
    close(ends[1]);
    waitpid(other, &status, 0);
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}
