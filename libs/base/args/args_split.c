#include "parameters.h"

#include <args.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct args_parameters args_parameters;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A word after it was taken off the line. */
struct word {
    char *text;
    bool quoted; /* any part of it */
};

/*
 * Takes the next word off the line at `*from`, unquotes it to `*to` (which never lies behind `*from`), and
 * moves both behind it. Returns 1, 0 at the end of the line, or -EINVAL.
 */
static int next_word(char **from, char **to, struct word *word)
{
    char *in = *from, *out = *to;
    bool inside = false;

    while (is_blank(*in))
        in++;
    *from = in;
    if (*in == '\0')
        return 0;
    *word = (struct word){.text = out};
    for (; *in != '\0' && (inside || !is_blank(*in)); in++) {
        if (*in == '"') {
            inside = !inside;
            word->quoted = true;
            continue;
        }
        if (inside && *in == '\\' && *++in == '\0')
            break;
        *out++ = *in;
    }
    if (inside)
        return -EINVAL;
    if (*in != '\0')
        in++;
    *out++ = '\0';
    *from = in;
    *to = out;
    return 1;
}

int args_split(char *command_line, char *argv[ARGS_MAX + 1])
{
    char *from = command_line, *to = command_line;
    bool found_end = false;
    struct word word;
    int count = 0, got;

    argv[count++] = recipe_argv[0];
    args_parameters = (struct args_parameters){command_line, command_line};
    while ((got = next_word(&from, &to, &word)) > 0) {
        if (!found_end) {
            found_end = !word.quoted && word.text[0] == '-' && word.text[1] == '-' && word.text[2] == '\0';
            args_parameters.end = found_end ? word.text : to;
        } else {
            if (count == ARGS_MAX)
                return -E2BIG;
            argv[count++] = word.text;
        }
    }
    if (got < 0)
        return got;
    for (; !found_end && recipe_argv[count] != NULL; count++) {
        if (count == ARGS_MAX)
            return -E2BIG;
        argv[count] = recipe_argv[count];
    }
    argv[count] = NULL;
    return count;
}
