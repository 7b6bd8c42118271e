/*
 * Commands of the shell over vsock, which look into a running image and change nothing.
 *
 * Each provider defines one `const struct shell_commands`: a list. run() is called in the kernel, where
 * handlers of interrupts run: it must not wait. `words[0]` is the command itself; there are `count` of them,
 * and behind the last a NULL. What it says goes out by shell_print(), as format() makes it, or shell_write(),
 * as it is; what is longer than the answer may be is cut, and both then return false.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct shell;

struct shell_command {
    const char *name;
    const char *arguments; /* as help shows them: "PATH"; "" for none */
    const char *summary;
    void (*run)(struct shell *shell, int count, char **words);
};

struct shell_commands {
    const struct shell_command *list;
    size_t count;
};

extern const struct shell_commands *const shell_command_lists[];
extern const size_t shell_command_lists_count;

bool shell_print(struct shell *shell, const char *text, ...) __attribute__((format(printf, 2, 3)));
bool shell_write(struct shell *shell, const char *bytes, size_t size);
