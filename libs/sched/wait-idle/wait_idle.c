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
#ifdef CONFIG_LIB_PAGE_CACHE
#include <page_cache_age.h>
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

/*
 * When the next thing is to be done that nobody waits for. There is no thread for writing files back, so it
 * is done here if the application has nothing to do: only then a wait can be interrupted, and no file system
 * is in the middle of something.
 */
static uint64_t next_task(bool interruptible)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    if (interruptible) {
        uint64_t due = page_cache_due(), timer = ktimer_first();

        if (due != WAIT_FOR_EVER && due <= clock_monotonic())
            page_cache_write_due();
        return due < timer ? due : timer;
    }
#else
    (void)interruptible;
#endif
    return ktimer_first();
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    bool done;
    int result;

    queue->waiters = (struct ring *)&waiting;
    wait_poll();
    while (result = outcome(queue, deadline, interruptible, &done), !done) {
        uint64_t task = next_task(interruptible);

        if (!idle(task < deadline ? task : deadline))
            panic("the application waits for what cannot come (deadlock)");
        wait_poll();
    }
    queue->waiters = NULL;
    return result;
}
