/*
 * Waiting, for code that runs in images with threads and without.
 *
 * A queue is its owner's memory, empty when it is all zeroes. Nobody may wait when the memory is given up.
 * Nothing is allocated. Callers hold the guard (kernel_guard.h) where there is one; what is waited for is
 * looked at before and after, in the kernel, where nobody comes between looking and waiting.
 *
 * wait_until() waits until woken, and returns 0; at `deadline` (clock_monotonic(), WAIT_FOR_EVER: none)
 * -ETIMEDOUT; and, if `interruptible`, -EINTR while a signal that is not blocked is pending. Others run
 * meanwhile: threads, handlers of interrupts, timers; where there is nothing to run the processor stops. A
 * deadline that has passed lets them run once. Only threads wait: never handlers and timers. When nothing at
 * all could end the wait, the image ends in a panic.
 *
 * wait_wake() wakes at most `count` (WAIT_ALL: all), those of higher rank first, equals in the order in which
 * they came, and returns how many; who is woken does not count as waiting any more. Anybody may call it:
 * threads, handlers of interrupts, timers.
 *
 * wait_poll() lets handlers of interrupts and timers that are due run now, without waiting. Where nothing
 * interrupts, whoever asks for the state of a device again and again calls it, so that there is progress.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WAIT_FOR_EVER UINT64_MAX
#define WAIT_ALL UINT32_MAX

struct ring;

struct wait_queue {
    struct ring *waiters; /* the provider's; NULL: nobody waits */
};

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible);
unsigned wait_wake(struct wait_queue *queue, unsigned count);
void wait_poll(void);
