#include "parameters.h"

#include <args.h>
#include <stddef.h>

const char *args_parameter(const char *key)
{
    const char *found = NULL;

    for (const char *word = args_parameters.start; word < args_parameters.end; word++) {
        const char *k = key;

        while (*k != '\0' && *word == *k) {
            word++;
            k++;
        }
        if (*k == '\0' && (*word == '=' || *word == '\0'))
            found = *word == '=' ? word + 1 : word;
        while (*word != '\0')
            word++;
    }
    return found;
}
