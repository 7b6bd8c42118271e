/* The timers of the present process. */
#pragma once

#include <interval_timer.h>

enum { REAL, VIRTUAL, PROF, COUNT }; /* Linux, include/uapi/linux/time.h */

extern struct interval_timer itimers_first[COUNT]; /* of the first process, not armed */

/* one_process.c or processes.c: NULL if there is no memory for them. */
struct interval_timer *itimers_own(void);
