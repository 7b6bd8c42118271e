/*
 * One thread: at most one queue has somebody in it. What it waits for is done by handlers of interrupts and
 * by timers, which run here, on its own stack.
 */
#include <clock.h>
#include <config.h>
#include <errno.h>
#include <idle.h>
#include <ktimer.h>
#include <panic.h>
#include <stddef.h>
#include <wait_idle.h>
#include <wait_queue.h>
#ifdef CONFIG_LIB_INTERRUPTS
#include <interrupts.h>
#endif

static bool interrupted;
static char waiting; /* its address stands in the queue of whoever waits */

void wait_idle_interrupt(void)
{
    interrupted = true;
}

void wait_idle_uninterrupt(void)
{
    interrupted = false;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    unsigned woken = queue->waiters != NULL && count != 0;

    if (woken)
        queue->waiters = NULL;
    return woken;
}

void wait_poll(void)
{
#ifdef CONFIG_LIB_INTERRUPTS
    interrupts_run();
#endif
    if (ktimer_first() != KTIMER_NEVER)
        ktimer_run(clock_monotonic());
}

/* What has happened already counts more than the deadline and than signals: who is woken is told so. */
static int outcome(const struct wait_queue *queue, uint64_t deadline, bool interruptible, bool *done)
{
    *done = true;
    if (queue->waiters == NULL)
        return 0;
    if (interruptible && interrupted)
        return -EINTR;
    if (deadline != WAIT_FOR_EVER && clock_monotonic() >= deadline)
        return -ETIMEDOUT;
    *done = false;
    return 0;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    bool done;
    int result;

    queue->waiters = (struct ring *)&waiting;
    wait_poll();
    while (result = outcome(queue, deadline, interruptible, &done), !done) {
        uint64_t timer = ktimer_first();

        if (!idle(timer < deadline ? timer : deadline))
            panic("the application waits for what cannot come (deadlock)");
        wait_poll();
    }
    queue->waiters = NULL;
    return result;
}
