/* The timers of the present process. */
#pragma once

#include <interval_timer.h>

struct timer {
    struct interval_timer interval; /* with the id */
    struct timer *next;             /* in the order of ids */
};

extern struct timer *timers_of_process;

long sys_timer_delete(long id);
