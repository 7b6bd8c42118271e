/* Each case returns when all held, or ends the program by expect(). */
#pragma once

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define expect(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                   \
            _Exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)

static inline void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    expect(sigaction(signal, &action, NULL) == 0);
}

void null_pointer(void);
void divide_by_zero(void);
void undefined(void);
void breakpoint(void);
void floating_point(void);
void context_registers(void);
void overflow_on_alternate(void);
void nested_faults(void);
void float_state(void);
