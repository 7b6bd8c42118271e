/* Each case returns when all held, or ends the program by EXPECT(). */
#pragma once

#define _GNU_SOURCE
#include "../expect.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    EXPECT(sigaction(signal, &action, NULL) == 0);
}

void overflow_in_threads(void);
void who_does_not_block_it(void);
void one_thread_waits(void);
void passed_on(void);
void restarted_locks(void);
void time_of_a_thread(void);
void ended_with_signals(void);
void blocked_ones_are_inherited(void);
