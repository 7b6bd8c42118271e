/* The library parameters of the command line as args_split() leaves them: words, each with its NUL, in
 * [start, end). */
#pragma once

struct args_parameters {
    const char *start;
    const char *end;
};

extern struct args_parameters args_parameters;
