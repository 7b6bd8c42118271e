/* A child begins without, and a new program goes on with those of the one before it: setitimer(2). */
#include "itimers.h"

#include <heap.h>
#include <process_state.h>

static struct interval_timer *itimers = itimers_first; /* of the present process; NULL: none was set yet */

struct interval_timer *itimers_own(void)
{
    if (!itimers && (itimers = heap_alloc(COUNT * sizeof *itimers)))
        for (int which = 0; which < COUNT; which++)
            itimers[which] = (struct interval_timer){
                .clock = itimers_first[which].clock,
                .signal = itimers_first[which].signal,
                .code = itimers_first[which].code,
            };
    return itimers;
}

static int copy(void *saved)
{
    *(struct interval_timer **)saved = NULL;
    return 0;
}

static void save(void *saved)
{
    *(struct interval_timer **)saved = itimers;
}

static void load(const void *saved)
{
    itimers = *(struct interval_timer *const *)saved;
}

static void end(void)
{
    for (int which = 0; itimers && which < COUNT; which++)
        interval_timer_end(&itimers[which]);
    if (itimers != itimers_first)
        heap_free(itimers);
}

const struct process_state itimers_process_state = {
    .size = sizeof itimers,
    .copy = copy,
    .save = save,
    .load = load,
    .end = end,
};
