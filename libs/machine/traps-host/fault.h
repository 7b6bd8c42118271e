/* The architecture's part: how a signal looks to the code that it interrupted. */
#pragma once

#include <stdint.h>

/* A handler with SA_SIGINFO: the host's siginfo and struct ucontext. It returns if the interrupted code is to
 * go on as the context says. */
void traps_host_fault(int signal, const void *information, void *context);
