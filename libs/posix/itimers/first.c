#include "itimers.h"

#include <linux_signal.h>
#include <linux_time.h>

/* All of the process's time is that of the application: nothing tells it from the kernel's. */
struct interval_timer itimers_first[COUNT] = {
    [REAL] = {.clock = LINUX_CLOCK_MONOTONIC, .signal = LINUX_SIGALRM, .code = LINUX_SI_KERNEL},
    [VIRTUAL] = {.clock = LINUX_CLOCK_PROCESS_CPUTIME, .signal = LINUX_SIGVTALRM, .code = LINUX_SI_KERNEL},
    [PROF] = {.clock = LINUX_CLOCK_PROCESS_CPUTIME, .signal = LINUX_SIGPROF, .code = LINUX_SI_KERNEL},
};
