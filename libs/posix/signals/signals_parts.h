/*
 * Signals of an application.
 *
 * All signals come from the application itself, so they come by a call: a handler is a function that the
 * call calls before it returns. One for another thread interrupts it, and that thread calls the handler when
 * it leaves the kernel. A signal whose default is to end the process ends the image with the status that a
 * shell would show, 128 and the signal's number. One that would stop it does nothing, as nobody could
 * continue it.
 */
#pragma once

#include <config.h>
#include <linux_signal.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_THREADS
#include <posix_thread.h>
#endif

extern struct linux_sigaction signal_actions[LINUX_SIGNALS + 1];
#ifdef CONFIG_LIB_THREADS
#define signals_blocked (threads_current()->blocked)
#define signals_pending (threads_current()->pending)
extern linux_sigset signals_shared; /* pending for whichever thread does not block them */
#else
extern linux_sigset signals_blocked;
extern linux_sigset signals_pending;
#endif

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

/* Whether nothing happens when the signal comes, unless it is blocked. */
bool signals_ignored(int signal);

/* Handles what is pending and not blocked, lowest number first. */
void signals_deliver(void);
