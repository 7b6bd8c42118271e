#include <clock.h>
#include <config.h>
#include <ktimer.h>
#include <sync.h>
#include <wait_queue.h>
#ifdef CONFIG_LIB_INTERRUPTS
#include <interrupts.h>
#endif

_Static_assert(sizeof(struct wait_queue) == sizeof(struct sync_queue), "one is the other");
_Static_assert(WAIT_FOR_EVER == SYNC_FOR_EVER && WAIT_ALL == SYNC_ALL, "and so are their constants");

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    return sync_queue_wait((struct sync_queue *)queue, deadline, interruptible);
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    return sync_queue_wake((struct sync_queue *)queue, count);
}

/* Until a second thread exists, interrupts are off even where threads are preempted. */
void wait_poll(void)
{
#ifdef CONFIG_LIB_INTERRUPTS
    interrupts_run();
#endif
    if (ktimer_first() != KTIMER_NEVER)
        ktimer_run(clock_monotonic());
}
