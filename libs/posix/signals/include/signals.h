/*
 * Signals, for other parts of the kernel. Who calls these names `signals` in `uses`: an image whose
 * application does not know of signals has none, and no wait is ever interrupted there. Callers hold the
 * guard (kernel_guard.h), where there is one; all but the last group is for threads only, not for handlers of
 * interrupts and timers.
 *
 * signals_send_current() is for what the calling thread has done itself: SIGPIPE, SIGXFSZ. The handler is
 * called on the way out of the call.
 *
 * A call whose wait was interrupted (-EINTR) asks, when it holds nothing any more (no reference, no lock, no
 * place in a queue: a handler need not return), signals_restart(): false, and it returns -EINTR; true, and it
 * begins again, because the handlers were all set up with SA_RESTART. A call that POSIX and Linux never
 * restart (sleeping, poll, select, epoll_wait, sockets with a time limit) just returns -EINTR;
 * signals_interrupted() first, if it may be in an image without the guard, where handlers are called there
 * and then.
 *
 * ppoll, pselect and epoll_pwait wait with another mask: signals_mask_begin(), the wait, then
 * signals_mask_end() with what came of it; after -EINTR the handlers are called with that other mask, and the
 * thread's own holds again after them.
 *
 * For signalfd: signals_pending_of() is which of `set` wait for the calling thread or the process;
 * signals_take() takes the next of them (its number; 0: none). A watcher's `notify` is called whenever a
 * signal begins to wait or is delivered to nobody yet, possibly from a timer: it must not block.
 *
 * signals_send_process() gives the process a signal with the information in `info` (`info->signal`), from
 * anywhere, handlers of interrupts and timers included. Returns 0, or -EAGAIN if it is a real-time signal
 * and too many wait.
 */
#pragma once

#include <linux_signal.h>
#include <stdbool.h>

struct signals_watcher {
    void (*notify)(struct signals_watcher *watcher, int signal);
    struct signals_watcher *next; /* the library's */
};

void signals_send_current(int signal);
bool signals_restart(void);
void signals_interrupted(void);
bool signals_handled(void);

void signals_mask_begin(linux_sigset mask);
void signals_mask_end(int outcome);

linux_sigset signals_pending_of(linux_sigset set);
int signals_take(linux_sigset set, struct linux_siginfo *info);
void signals_watch(struct signals_watcher *watcher);
void signals_unwatch(struct signals_watcher *watcher);

int signals_send_process(const struct linux_siginfo *info);
