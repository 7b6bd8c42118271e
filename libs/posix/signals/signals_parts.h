/*
 * The parts of this library, and what they ask of each other.
 *
 * A signal waits in the set of a thread or in that of the process until a thread that does not block it is on
 * its way out of the kernel, or was interrupted outside of it; that thread calls the handler. Where
 * kernel.guard preempts nobody there is no such moment, and system calls that may change what can be handled
 * look themselves. A signal whose default is to end the process ends the image. One that would stop it does
 * nothing, as nobody could continue it.
 */
#pragma once

#include <config.h>
#include <linux_signal.h>
#include <signal_context.h>
#include <signal_state.h>
#include <signals.h>
#include <signals_owners.h>
#include <stdbool.h>

#ifdef CONFIG_LIB_PROCESSES
extern struct linux_sigaction *signals_actions; /* of the present process */
#else
extern struct linux_sigaction signals_actions[LINUX_SIGNALS + 1];
#endif
extern struct signal_set signals_shared; /* of the process: for whichever thread does not block them */

static inline linux_sigset signals_bit(long signal)
{
    return (linux_sigset)1 << (signal - 1);
}

static inline bool signals_valid(long signal)
{
    return signal > 0 && signal <= LINUX_SIGNALS;
}

/* SIGKILL and SIGSTOP can be neither caught nor ignored nor blocked. */
static inline linux_sigset signals_untouchable(void)
{
    return signals_bit(LINUX_SIGKILL) | signals_bit(LINUX_SIGSTOP);
}

/*
 * one.c or threads.c: whose they are. signals_own_state() is the calling thread, signals_running() too, but
 * NULL if it is none of the application's. signals_of() finds a thread by its id. signals_first() and
 * signals_after() go through all.
 */
struct signal_state *signals_running(void);
struct signal_state *signals_of(long id);
struct signal_state *signals_first(void);
struct signal_state *signals_after(struct signal_state *state);
#ifdef CONFIG_LIB_KTHREAD
struct kthread *signals_thread(const struct signal_state *state);
#endif

/* mark.c: says that a thread has a signal that it does not block, so that a wait of it ends; and that the
 * calling thread has none. */
void signals_mark(struct signal_state *state);
void signals_unmark(void);

/*
 * queue.c. signals_add() adds one to a set: 0, or -EAGAIN if what it carries is more than fits; without
 * `entry` one of the pool is used. signals_remove() takes the next of that number, which must be there.
 * signals_drop() forgets some.
 */
int signals_add(struct signal_set *set, const struct linux_siginfo *info, struct signal_entry *entry);
void signals_remove(struct signal_set *set, int signal, struct linux_siginfo *info);
void signals_drop(struct signal_set *set, linux_sigset signals);

/* send.c: to a thread, or, if `target` is NULL, to the process, where `caller` (may be NULL) comes first. */
int signals_send(struct signal_state *target, struct signal_state *caller, const struct linux_siginfo *info,
                 struct signal_entry *entry);

/* Process signals that `state` does not handle any more go to others. */
void signals_pass_on(const struct signal_state *state, linux_sigset signals);

/* deliver.c: what waits for the thread and is not blocked. */
static inline linux_sigset signals_ready(const struct signal_state *state)
{
    return (state->pending.signals | signals_shared.signals) & ~state->blocked & ~state->awaited;
}

/* Whether nothing happens when the signal comes, unless it is blocked. */
bool signals_ignored(int signal);

/* Handles what is ready, lowest number first; `interrupted` is NULL in a system call. Returns how many
 * handlers were called, or'ed with SIGNALS_NO_RESTART if one wants the call to end. */
#define SIGNALS_NO_RESTART 0x80000000u
unsigned signals_run(struct signal_context *interrupted);
void signals_deliver(struct signal_context *interrupted);
unsigned signals_handle(struct signal_state *self, struct linux_siginfo *info,
                        struct signal_context *interrupted);

/* To be called by a system call after which more may be ready: now, or on the way out. */
void signals_attend(struct signal_state *self);

/* alternate.c: whether `address` lies on the thread's alternate stack, and its end if a handler is to begin
 * there, else 0. */
bool signals_on_alternate(const struct signal_state *state, uintptr_t address);
uintptr_t signals_stack_for(const struct signal_state *state, const struct linux_sigaction *action,
                            uintptr_t address);
struct linux_stack signals_alternate(const struct signal_state *state, uintptr_t address);

/* end.c: the default action of most. */
_Noreturn void signals_end(const struct linux_siginfo *info);

/* one_process.c or processes.c: the pid, and sending to whom kill(2) means by a number. */
int signals_process(void);
long signals_send_to(long process, const struct linux_siginfo *info);

/* send.c: to the present process. */
long signals_send_own(const struct linux_siginfo *info);

/* watch.c */
void signals_notify(int signal);
