// sources: ../../ktimer/ktimer.c ../../../posix/readiness/readiness.c
/* One thread that waits: for a timer's function, for a deadline, for a signal; and who is told of events. */
#include <assert.h>
#include <errno.h>
#include <idle.h>
#include <ktimer.h>
#include <readiness.h>
#include <setjmp.h>
#include <stdarg.h>
#include <wait_idle.h>
#include <wait_queue.h>

static uint64_t now = 1000;
static bool signalled_in_idle;
static jmp_buf panicked;

uint64_t clock_monotonic(void)
{
    return now;
}

void sched_alarm(uint64_t deadline)
{
    (void)deadline;
}

bool idle(uint64_t deadline)
{
    if (signalled_in_idle) {
        signalled_in_idle = false;
        wait_idle_interrupt();
        return true;
    }
    if (deadline == IDLE_FOR_EVER)
        return false;
    now = deadline > now ? deadline : now;
    return true;
}

_Noreturn void panic(const char *message, ...)
{
    (void)message;
    longjmp(panicked, 1);
}

static struct wait_queue queue;
static struct readiness readiness;
static unsigned events;

static void wake(struct ktimer *timer)
{
    (void)timer;
    assert(wait_wake(&queue, 1) == 1 && wait_wake(&queue, 1) == 0);
}

static void tell(struct ktimer *timer)
{
    (void)timer;
    readiness_notify(&readiness, events);
}

static void waits(void)
{
    struct ktimer timer = {.expired = wake};

    assert(wait_wake(&queue, WAIT_ALL) == 0);
    ktimer_start(&timer, 2000);
    assert(wait_until(&queue, WAIT_FOR_EVER, true) == 0 && now == 2000);
    ktimer_start(&timer, 3000);
    assert(wait_until(&queue, 2500, true) == -ETIMEDOUT && now == 2500 && queue.waiters == NULL);
    ktimer_stop(&timer);
    /* A deadline that has passed lets what is due happen. */
    ktimer_start(&timer, 2400);
    assert(wait_until(&queue, 100, true) == 0);
    assert(wait_until(&queue, 100, true) == -ETIMEDOUT);
    wait_idle_interrupt();
    assert(wait_until(&queue, WAIT_FOR_EVER, true) == -EINTR && now == 2500);
    assert(wait_until(&queue, 2600, false) == -ETIMEDOUT && now == 2600);
    wait_idle_uninterrupt();
    signalled_in_idle = true;
    assert(wait_until(&queue, WAIT_FOR_EVER, true) == -EINTR);
    wait_idle_uninterrupt();
    if (!setjmp(panicked)) {
        wait_until(&queue, WAIT_FOR_EVER, true);
        assert(false);
    }
    queue.waiters = NULL;
}

static void readies(void)
{
    struct ktimer timer = {.expired = tell};

    events = READINESS_IN;
    ktimer_start(&timer, now + 10);
    assert(readiness_wait(&readiness, READINESS_READABLE, WAIT_FOR_EVER, false) == 0 && !readiness.watches);
    events = READINESS_OUT; /* not what is waited for */
    ktimer_start(&timer, now + 10);
    assert(readiness_wait(&readiness, READINESS_READABLE, now + 20, true) == -ETIMEDOUT &&
           !readiness.watches);
    events = READINESS_HUP; /* always told */
    ktimer_start(&timer, now + 10);
    assert(readiness_wait(&readiness, READINESS_PRI, WAIT_FOR_EVER, true) == 0);
    /* Told and interrupted at once: told counts. */
    events = READINESS_IN;
    signalled_in_idle = false;
    ktimer_start(&timer, now);
    wait_idle_interrupt();
    assert(readiness_wait(&readiness, READINESS_IN, WAIT_FOR_EVER, true) == 0);
    assert(readiness_wait(&readiness, READINESS_IN, WAIT_FOR_EVER, true) == -EINTR && !readiness.watches);
    wait_idle_uninterrupt();
}

struct listener {
    struct readiness_watch watch;
    int heard;
    bool takes, leaves;
};

static bool hear(struct readiness_watch *watch, unsigned what)
{
    struct listener *self = (struct listener *)watch;

    (void)what;
    self->heard++;
    if (self->leaves)
        readiness_remove(&readiness, watch);
    return self->takes;
}

/* All who do not insist on being the only one are told, then the others until one takes it. */
static void order(void)
{
    struct listener l[5];

    for (int i = 0; i < 5; i++) {
        l[i] = (struct listener){.watch = {.notify = hear, .events = READINESS_IN, .exclusive = i % 2},
                                 .takes = true};
        readiness_add(&readiness, &l[i].watch);
    }
    l[1].takes = false;
    l[0].leaves = true;
    readiness_notify(&readiness, READINESS_IN | READINESS_OUT);
    assert(l[0].heard == 1 && l[2].heard == 1 && l[4].heard == 1 && l[1].heard == 1 && l[3].heard == 1);
    l[1].takes = true;
    readiness_notify(&readiness, READINESS_IN);
    assert(l[0].heard == 1 && l[2].heard == 2 && l[4].heard == 2 && l[1].heard == 2 && l[3].heard == 1);
    readiness_notify(&readiness, READINESS_OUT);
    assert(l[2].heard == 2);
    for (int i = 1; i < 5; i++)
        l[i].leaves = true;
    l[1].takes = false;
    readiness_notify(&readiness, READINESS_ERR);
    assert(readiness.watches == NULL && l[3].heard == 2);
    readiness_add(&readiness, &l[0].watch);
    readiness_add(&readiness, &l[1].watch);
    readiness_end(&readiness);
    assert(readiness.watches == NULL && !ring_held(&l[0].watch.ring) && !ring_held(&l[1].watch.ring));
}

int main(void)
{
    waits();
    readies();
    order();
    return 0;
}
