#include "parameters.h"

#include <args.h>
#include <stddef.h>

const char *args_parameter_next(const char *key, const char *after)
{
    const char *word = after ? after : args_parameters.start;

    /* `after` lies inside a word that has been given out already. */
    while (after && word < args_parameters.end && *word++ != '\0') {
    }
    while (word < args_parameters.end) {
        const char *k = key;

        while (*k != '\0' && *word == *k) {
            word++;
            k++;
        }
        if (*k == '\0' && *word == '=')
            return word + 1;
        while (word < args_parameters.end && *word++ != '\0') {
        }
    }
    return NULL;
}
