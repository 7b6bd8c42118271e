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

void null_pointer(void);
void divide_by_zero(void);
void undefined(void);
void breakpoint(void);
void floating_point(void);
void context_registers(void);
void overflow_on_alternate(void);
void nested_faults(void);
void float_state(void);
void bad_pointers(void);
void carried(void);
void queued_in_order(void);
void masks_of_handlers(void);
void suspended(void);
void waited_for(void);
void ignored(void);
void ends_by_term(void);
void ends_by_abort(void);
void ends_by_blocked_fault(void);
void ends_by_ignored_fault(void);
void interrupted_loop(void);
void jumps_out_of_loops(void);
void preempted_on_alternate(void);
void interrupted_sleep(void);
void interrupted_poll(void);
void restarted_read(void);
