/*
 * The command line: words separated by blanks; "..." groups, and a backslash inside quotes takes the next
 * byte as it is. Words before the word `--` are `key=value` parameters of libraries, words after it the
 * application's arguments.
 *
 * recipe_argv and recipe_envp are generated from the recipe; both end with NULL, and recipe_argv[0] is the
 * recipe's name.
 *
 * args_split() splits `command_line` in place and points argv[0], argv[1], ... to the application's
 * arguments: the recipe's name and the words behind `--`, or recipe_argv as a whole if there is no `--`. It
 * returns how many there are, and puts NULL behind the last. -E2BIG: more than ARGS_MAX. -EINVAL: a quote is
 * not closed. A `--` in quotes is a word like any other. To be called once, before anything asks for a
 * parameter.
 *
 * args_parameter() returns the value of the last parameter called `key`, the empty text for a word without
 * `=`, NULL if there is none. Of a key that may come several times, args_parameter_next() returns the value
 * of the first `key=value` behind the one whose value `after` is (NULL: of the first at all), NULL if there
 * are no more.
 */
#pragma once

#define ARGS_MAX 128

extern char *const recipe_argv[];
extern char *const recipe_envp[];

int args_split(char *command_line, char *argv[ARGS_MAX + 1]);
const char *args_parameter(const char *key);
const char *args_parameter_next(const char *key, const char *after);
