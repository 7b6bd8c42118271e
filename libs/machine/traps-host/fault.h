/* The architecture's part: how a signal looks to the code that it interrupted. */
#pragma once

#include <stdint.h>

/* A handler with SA_SIGINFO. `context` is the host's struct ucontext; the signal's own information is not
 * needed. */
_Noreturn void traps_host_fault(int signal, const void *information, const void *context);
