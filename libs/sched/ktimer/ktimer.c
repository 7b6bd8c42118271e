/*
 * A pairing heap: every timer is due no later than its children, which form a list. Adding takes a
 * constant number of steps; taking out takes as many as there are children, logarithmic on average.
 */
#include <ktimer.h>
#include <scheduler.h>
#include <stddef.h>

static struct ktimer *heap;

static void set(struct ktimer **place, struct ktimer *timer)
{
    *place = timer;
    if (timer)
        timer->place = place;
}

/* Joins two heaps whose roots have no siblings; either may be NULL. The result's place is not set. */
static struct ktimer *meld(struct ktimer *a, struct ktimer *b)
{
    if (!a || !b)
        return a ? a : b;
    if (b->deadline < a->deadline) {
        struct ktimer *earlier = b;

        b = a;
        a = earlier;
    }
    set(&b->sibling, a->child);
    set(&a->child, b);
    return a;
}

/* Joins the heaps of a list: pairs from the left, then all from the right. */
static struct ktimer *meld_all(struct ktimer *list)
{
    struct ktimer *pairs = NULL, *all = NULL;

    while (list) {
        struct ktimer *a = list, *b = list->sibling;

        list = b ? b->sibling : NULL;
        a->sibling = NULL;
        if (b)
            b->sibling = NULL;
        a = meld(a, b);
        a->sibling = pairs;
        pairs = a;
    }
    while (pairs) {
        struct ktimer *next = pairs->sibling;

        pairs->sibling = NULL;
        all = meld(all, pairs);
        pairs = next;
    }
    return all;
}

static void take_out(struct ktimer *timer)
{
    struct ktimer *rest = meld_all(timer->child);

    set(timer->place, timer->sibling);
    timer->child = timer->sibling = NULL;
    timer->place = NULL;
    set(&heap, meld(heap, rest));
}

uint64_t ktimer_first(void)
{
    return heap ? heap->deadline : KTIMER_NEVER;
}

void ktimer_start(struct ktimer *timer, uint64_t deadline)
{
    uint64_t first = ktimer_first();

    if (ktimer_armed(timer))
        take_out(timer);
    timer->deadline = deadline;
    set(&heap, meld(heap, timer));
    if (ktimer_first() != first)
        sched_alarm(ktimer_first());
}

void ktimer_stop(struct ktimer *timer)
{
    uint64_t first = ktimer_first();

    if (!ktimer_armed(timer))
        return;
    take_out(timer);
    if (ktimer_first() != first)
        sched_alarm(ktimer_first());
}

void ktimer_run(uint64_t now)
{
    if (!heap || heap->deadline > now)
        return;
    while (heap && heap->deadline <= now) {
        struct ktimer *timer = heap;

        take_out(timer);
        timer->expired(timer);
    }
    sched_alarm(ktimer_first());
}
