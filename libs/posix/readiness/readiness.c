#include <errno.h>
#include <readiness.h>

void readiness_add(struct readiness *readiness, struct readiness_watch *watch)
{
    ring_insert(&readiness->watches, watch->exclusive ? readiness->watches : NULL, &watch->ring);
}

void readiness_remove(struct readiness *readiness, struct readiness_watch *watch)
{
    ring_remove(&readiness->watches, &watch->ring);
}

void readiness_tell(struct readiness *readiness, unsigned events)
{
    struct ring *next;

    for (struct ring *ring = ring_first(readiness->watches); ring != NULL; ring = next) {
        struct readiness_watch *watch = (struct readiness_watch *)ring; /* its first member */

        next = ring_after(readiness->watches, ring); /* the watch may go */
        if ((watch->events | READINESS_ALWAYS) & events && watch->notify(watch, events) && watch->exclusive)
            break;
    }
}

void readiness_end(struct readiness *readiness)
{
    while (readiness->watches != NULL)
        ring_remove(&readiness->watches, readiness->watches);
}

/* Somebody who waits in a call: on the stack of its thread. */
struct sleeper {
    struct readiness_watch watch;
    struct wait_queue queue;
    bool told;
};

static bool wake(struct readiness_watch *watch, unsigned events)
{
    struct sleeper *sleeper = (struct sleeper *)watch;
    bool first = !sleeper->told;

    (void)events;
    sleeper->told = true;
    wait_wake(&sleeper->queue, 1);
    return first;
}

/* Who has been told returns so, whatever came after it: it may be the only one who was. */
int readiness_wait(struct readiness *readiness, unsigned events, uint64_t deadline, bool exclusive)
{
    struct sleeper self = {.watch = {.notify = wake, .events = events, .exclusive = exclusive}};
    int outcome;

    readiness_add(readiness, &self.watch);
    outcome = wait_until(&self.queue, deadline, true);
    if (ring_held(&self.watch.ring))
        readiness_remove(readiness, &self.watch);
    return self.told ? 0 : outcome;
}
