/*
 * Signals of a single thread.
 *
 * All signals come from the application itself, so they come by a call: a handler is a function that the
 * call calls before it returns. A signal whose default is to end the process ends the image with the status
 * that a shell would show, 128 and the signal's number. One that would stop it does nothing, as nobody could
 * continue it.
 */
#pragma once

#include <linux_signal.h>
#include <stdbool.h>

extern struct linux_sigaction signal_actions[LINUX_SIGNALS + 1];
extern linux_sigset signals_blocked;
extern linux_sigset signals_pending;

static inline linux_sigset signal_bit(long signal)
{
    return (linux_sigset)1 << (signal - 1);
}

static inline bool signal_valid(long signal)
{
    return signal > 0 && signal <= LINUX_SIGNALS;
}

/* SIGKILL and SIGSTOP can be neither caught nor ignored nor blocked. */
static inline linux_sigset signals_untouchable(void)
{
    return signal_bit(LINUX_SIGKILL) | signal_bit(LINUX_SIGSTOP);
}

/* Handles what is pending and not blocked, lowest number first. */
void signals_deliver(void);
