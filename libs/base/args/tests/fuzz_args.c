#include <args.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *const recipe_argv[] = {"app", NULL};
char *const recipe_envp[] = {NULL};

/* Every argument must be a string inside the line, and a parameter's value too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *argv[ARGS_MAX + 1];
    char *line = malloc(size + 1);
    const char *value;
    int argc;

    if (!line)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    argc = args_split(line, argv);
    if (argc > ARGS_MAX || argc == 0)
        abort();
    for (int i = 1; i < argc; i++)
        if (argv[i] < line || argv[i] + strlen(argv[i]) > line + size)
            abort();
    value = argc > 0 ? args_parameter("key") : NULL;
    if (value && (value < line || value + strlen(value) > line + size))
        abort();
    free(line);
    return 0;
}
