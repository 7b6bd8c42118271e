/* What each processor has of its own. */
#pragma once

#include <scheduler.h>

struct sched_queue {
    struct ring *ranks[SCHED_RANKS];
    uint64_t filled[SCHED_RANKS / 64]; /* one bit a rank that has places */
    struct sched_place *running;       /* NULL: nobody */
    uint64_t slice_end;                /* of `running`; UINT64_MAX: nobody waits for it */
    bool outranked;                    /* a place of higher rank is queued */
};

extern struct sched_queue sched_queues[SCHED_CPUS];

/* Asks for the alarm that is needed next. */
void sched_set_alarm(void);

/* Asks that the running thread give way when the guard is free. */
void sched_disturb(struct sched_queue *queue);
