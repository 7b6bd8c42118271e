/*
 * The parts of the process platform: how it is asked for what, and what it does before the filter stands.
 */
#pragma once

#include <stddef.h>

/* What the command line asks for: IMAGE [--initrd FILE] [--memory SIZE] [--parameter KEY=VALUE]... [--net-fd
 * N] [--] ARGS... */
struct process_options {
    const char *initrd; /* NULL: none */
    size_t memory;      /* bytes, a multiple of the page size, at least one page */
    char *const *first; /* of the words that are options, each with a value */
    char *const *args;  /* ends with NULL */
    int args_given;     /* there is `--` or an argument: the recipe's own arguments do not count */
};

/* Reads argv (ends with NULL), or ends the process with a message. */
struct process_options process_options(char *const *argv);

/*
 * The length of parameters and arguments as a command line for boot_info, with its NUL; written to `line` if
 * that is not NULL. Every word is quoted: ` "net.fd=3" -- "a" "b c"`.
 */
size_t process_command_line(const struct process_options *options, char *line);

/* Maps memory and initrd and fills in boot_info, or ends the process with a message. */
void process_map(const struct process_options *options);

/* Ends the process with status 125 and the message "process: WHAT 'SUBJECT': <error>"; a part may be NULL or
 * 0. */
_Noreturn void process_fail(const char *what, const char *subject, long error);
