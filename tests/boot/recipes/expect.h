/* EXPECT() ends the program with a message when something is not so. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                   \
            fflush(stdout);                                                                                  \
            _Exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)
