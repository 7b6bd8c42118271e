/* Neither a child nor a new program has the timers of the one before. */
#include "timers.h"

#include <process_state.h>

static int copy(void *saved)
{
    *(struct timer **)saved = NULL;
    return 0;
}

static void save(void *saved)
{
    *(struct timer **)saved = timers_of_process;
}

static void load(const void *saved)
{
    timers_of_process = *(struct timer *const *)saved;
}

static void delete_all(void)
{
    while (timers_of_process)
        sys_timer_delete(timers_of_process->interval.id);
}

const struct process_state timers_process_state = {
    .size = sizeof timers_of_process,
    .copy = copy,
    .save = save,
    .load = load,
    .exec = delete_all,
    .end = delete_all,
};
