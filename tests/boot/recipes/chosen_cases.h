/* For programs whose arguments choose cases. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chosen_case {
    const char *name;
    void (*run)(void);
};

#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }

/* [ROUNDS] CASE...: the cases once, or as often as the number says, each with a line when all was well. */
static inline int run_chosen_cases(const struct chosen_case *cases, size_t count, int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 0, first = rounds > 0 ? 2 : 1;

    do {
        for (int i = first; i < argc; i++) {
            size_t at = 0;

            while (at < count && strcmp(cases[at].name, argv[i]) != 0)
                at++;
            if (at == count) {
                printf("no case %s\n", argv[i]);
                return 2;
            }
            cases[at].run();
            printf("%s ok\n", argv[i]);
            fflush(stdout);
        }
    } while (--rounds > 0);
    return 0;
}
