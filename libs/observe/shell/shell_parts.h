/*
 * A conversation: lines in, answers out, each of which ends with the byte SHELL_END. The next line is read
 * when the answer has been sent, so both sides' memory is bounded.
 */
#pragma once

#include <config.h>
#include <shell_command.h>
#include <vsock.h>

#define SHELL_END '\4' /* EOT */
#define SHELL_LINE 512 /* bytes of a line with its end */
#define SHELL_WORDS 16
#define SHELL_ANSWER ((size_t)CONFIG_SHELL_ANSWER_KIB << 10)

struct shell {
    struct vsock end;
    bool open;     /* somebody is there */
    bool closing;  /* it is to be closed when there is time */
    bool too_long; /* the line is */
    size_t length; /* of the line, so far */
    char line[SHELL_LINE];
    char *answer; /* SHELL_ANSWER bytes, of which [sent, filled) go out */
    size_t sent, filled;
    bool cut;
};

/* line.c: runs the command of a line, which it takes apart. */
void shell_run(struct shell *shell, char *line);

void shell_sockets(struct shell *shell, int count, char **words); /* sockets.c */
