#pragma once

#include <linux_poll.h>
#include <linux_signal.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Waits until something of `fds` has happened or `deadline` (0: does not wait; WAIT_FOR_EVER), and fills in
 * what. Returns how many of them have something to tell, -EINTR, or -ENOMEM. `mask`: the signals that are
 * blocked meanwhile, NULL: as they are.
 */
long poll_wait(struct linux_pollfd *fds, size_t count, uint64_t deadline, const linux_sigset *mask);

/* The deadline of a length of time in nanoseconds. */
uint64_t poll_deadline(uint64_t length);
