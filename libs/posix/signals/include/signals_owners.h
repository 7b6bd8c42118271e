/*
 * For those who own what signals are kept in: threads and timers (signal_state.h). Callers hold the guard.
 *
 * signals_thread_end() is called with the state of the calling thread, which is about to end: what waits for
 * it is forgotten, and what waits for the process is left to others.
 *
 * signals_send_entry() sends a signal that waits in the sender's own memory, to the thread with that id, or,
 * if that is 0, to the process. It returns false, and does nothing, if the entry still waits from the last
 * time. It may be called by timers. `entry->taken` must be set. signals_entry_drop() takes an entry out that
 * may wait.
 *
 * signals_own_state() is the calling thread's, signals_own_id() its id. signals_thread_exists() tells whether
 * a thread has that id.
 */
#pragma once

#include <signal_state.h>
#include <stdbool.h>

struct signal_state *signals_own_state(void);
long signals_own_id(void);
bool signals_thread_exists(long id);
void signals_thread_end(struct signal_state *state);
bool signals_send_entry(struct signal_entry *entry, long thread, const struct linux_siginfo *info);
void signals_entry_drop(struct signal_entry *entry);
bool signals_children_unwanted(void);
