/*
 * What poll(2) and select(2) share: one look, and if nothing has happened, a watch on every descriptor.
 */
#include "poll_parts.h"

#include <clock.h>
#include <config.h>
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>
#include <readiness.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

#define ON_STACK 8 /* watches */

#define WITHOUT_POLL (READINESS_READABLE | READINESS_WRITABLE) /* Linux's DEFAULT_POLLMASK */

struct sleeper {
    struct wait_queue queue;
    bool told;
};

struct watched {
    struct readiness_watch watch;
    struct sleeper *sleeper;
    struct open_file *file; /* a reference is held; NULL: nothing is watched */
    struct readiness *readiness;
};

uint64_t poll_deadline(uint64_t length)
{
    uint64_t deadline;

    if (length == 0)
        return 0;
    return __builtin_add_overflow(clock_monotonic(), length, &deadline) ? WAIT_FOR_EVER : deadline;
}

static unsigned look(struct open_file *file, struct readiness **readiness)
{
    *readiness = NULL;
    return file->ops->poll != NULL ? file->ops->poll(file, readiness) : WITHOUT_POLL;
}

/* One look at all of them, without any reference: nothing else runs meanwhile. */
static long look_at_all(struct linux_pollfd *fds, size_t count)
{
    long found = 0;

    for (size_t i = 0; i < count; i++) {
        struct open_file *file = fds[i].fd >= 0 ? fd_get(fds[i].fd) : NULL;
        struct readiness *readiness;
        unsigned events = 0;

        if (file != NULL) {
            events = file->flags & LINUX_O_PATH
                         ? LINUX_POLLNVAL
                         : look(file, &readiness) & ((uint16_t)fds[i].events | READINESS_ALWAYS);
            fd_put(file);
        } else if (fds[i].fd >= 0) {
            events = LINUX_POLLNVAL;
        }
        fds[i].returned = (int16_t)events;
        found += events != 0;
    }
    return found;
}

static bool wake(struct readiness_watch *watch, unsigned events)
{
    struct sleeper *sleeper = ((struct watched *)watch)->sleeper;

    (void)events;
    sleeper->told = true;
    wait_wake(&sleeper->queue, 1);
    return true;
}

static void watch_all(struct watched *watched, struct sleeper *sleeper, const struct linux_pollfd *fds,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct watched *self = &watched[i];

        *self = (struct watched){
            .watch = {.notify = wake, .events = (uint16_t)fds[i].events},
            .sleeper = sleeper,
            .file = fds[i].fd >= 0 ? fd_get(fds[i].fd) : NULL,
        };
        if (self->file == NULL)
            continue;
        look(self->file, &self->readiness);
        if (self->readiness != NULL)
            readiness_add(self->readiness, &self->watch);
    }
}

static void unwatch_all(struct watched *watched, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (watched[i].file == NULL)
            continue;
        if (ring_held(&watched[i].watch.ring))
            readiness_remove(watched[i].readiness, &watched[i].watch);
        fd_put(watched[i].file);
    }
}

static long wait_watched(struct watched *watched, struct linux_pollfd *fds, size_t count, uint64_t deadline)
{
    struct sleeper sleeper = {.told = false};
    int outcome = 0;
    long found;

    watch_all(watched, &sleeper, fds, count);
    do {
        sleeper.told = false;
        outcome = wait_until(&sleeper.queue, deadline, true);
        found = sleeper.told ? look_at_all(fds, count) : 0;
    } while (found == 0 && outcome == 0);
    unwatch_all(watched, count);
    return found != 0 ? found : outcome == -EINTR ? -EINTR : 0;
}

static long wait(struct linux_pollfd *fds, size_t count, uint64_t deadline)
{
    struct watched few[ON_STACK], *watched = few;
    long found;

    wait_poll();
    found = look_at_all(fds, count);
    if (found != 0 || deadline == 0)
        return found;
    if (count > ON_STACK) {
        watched = heap_alloc(count * sizeof(*watched));
        if (watched == NULL)
            return -ENOMEM;
    }
    found = wait_watched(watched, fds, count, deadline);
    if (watched != few)
        heap_free(watched);
    return found;
}

long poll_wait(struct linux_pollfd *fds, size_t count, uint64_t deadline, const linux_sigset *mask)
{
    long result;

    (void)mask;
#ifdef CONFIG_LIB_SIGNALS
    if (mask != NULL)
        signals_mask_begin(*mask);
#endif
    result = wait(fds, count, deadline);
#ifdef CONFIG_LIB_SIGNALS
    if (mask != NULL)
        signals_mask_end((int)result);
    else if (result == -EINTR)
        signals_interrupted();
#endif
    return result;
}
