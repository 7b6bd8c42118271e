#include "shell_parts.h"

#include <string.h>

static const struct shell_command *find(const char *name)
{
    for (size_t i = 0; i < shell_command_lists_count; i++)
        for (size_t j = 0; j < shell_command_lists[i]->count; j++)
            if (strcmp(shell_command_lists[i]->list[j].name, name) == 0)
                return &shell_command_lists[i]->list[j];
    return NULL;
}

void shell_run(struct shell *shell, char *line)
{
    const struct shell_command *command;
    char *words[SHELL_WORDS + 1];
    int count = 0;

    for (char *at = line; *at && count < SHELL_WORDS;) {
        while (*at == ' ' || *at == '\t' || *at == '\r')
            *at++ = '\0';
        if (*at == '\0')
            break;
        words[count++] = at;
        while (*at && *at != ' ' && *at != '\t' && *at != '\r')
            at++;
    }
    words[count] = NULL;
    if (count == 0)
        return;
    command = find(words[0]);
    if (command)
        command->run(shell, count, words);
    else
        shell_print(shell, "%s: there is no such command; help shows all\n", words[0]);
}
