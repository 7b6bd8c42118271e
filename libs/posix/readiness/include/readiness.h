/*
 * Readiness: the one way in which descriptors, sockets, timers and devices say that something can be done
 * now.
 *
 * Whoever can be waited for embeds a struct readiness (all zeroes: nobody watches) in its state, and calls
 * readiness_notify() whenever something becomes possible that was not possible, or more of it has come: bytes
 * to read, room to write, a connection, an end, an error. Not when it ceases to be possible. Spurious
 * notifications do no harm, missing ones do: what matters is looked at again by everybody who is told. It may
 * be called by threads in the kernel, by handlers of interrupts, and by timers, with the state changed
 * already.
 *
 * Events are bits, those of Linux's include/uapi/linux/eventpoll.h, which are those of poll(2).
 *
 * A watch stands in the list of one readiness; its `notify` is called with what has happened if that includes
 * one of its `events`, ERR and HUP always. It must not block, and may take its own watch out, but no other.
 * It returns whether it has taken care of the event: behind the first watch that is `exclusive` and has, no
 * further exclusive one is told. Others are told in any order, before the exclusive ones.
 *
 * readiness_wait() waits until one of `events`, ERR or HUP is notified: 0; -ETIMEDOUT at `deadline`
 * (WAIT_FOR_EVER: none); -EINTR because of a signal. The caller has looked and found nothing, and looks again
 * afterwards. With `exclusive`, of several who wait so one is woken.
 *
 * readiness_end() is for who gives up the memory while others still watch: it takes all watches out. Nobody
 * may be in readiness_wait(): who calls an operation of a file holds a reference to it.
 */
#pragma once

#include <ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wait_queue.h>

#define READINESS_IN 0x001u     /* something can be read, or its end has come */
#define READINESS_PRI 0x002u    /* out-of-band data */
#define READINESS_OUT 0x004u    /* something can be written */
#define READINESS_ERR 0x008u    /* an error; of a pipe's end for writing: nobody reads */
#define READINESS_HUP 0x010u    /* nothing will ever come in or go out any more */
#define READINESS_RDNORM 0x040u /* with IN */
#define READINESS_RDBAND 0x080u
#define READINESS_WRNORM 0x100u /* with OUT */
#define READINESS_WRBAND 0x200u
#define READINESS_RDHUP 0x2000u /* the peer will send nothing more */

#define READINESS_READABLE (READINESS_IN | READINESS_RDNORM)
#define READINESS_WRITABLE (READINESS_OUT | READINESS_WRNORM)
#define READINESS_ALWAYS (READINESS_ERR | READINESS_HUP) /* told to everybody */

struct readiness {
    struct ring *watches; /* the last of them; the exclusive ones stand behind the others */
};

struct readiness_watch {
    struct ring ring;
    bool (*notify)(struct readiness_watch *watch, unsigned events);
    unsigned events;
    bool exclusive;
};

void readiness_add(struct readiness *readiness, struct readiness_watch *watch);
void readiness_remove(struct readiness *readiness, struct readiness_watch *watch);
void readiness_tell(struct readiness *readiness, unsigned events);
void readiness_end(struct readiness *readiness);
int readiness_wait(struct readiness *readiness, unsigned events, uint64_t deadline, bool exclusive);

/* Costs two instructions where nobody watches. */
static inline void readiness_notify(struct readiness *readiness, unsigned events)
{
    if (readiness->watches != NULL)
        readiness_tell(readiness, events);
}
