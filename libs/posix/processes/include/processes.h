/*
 * Processes that share one address space (docs/processes.md).
 *
 * A process has a pid, a parent, and what the libraries that provide process.state keep for it. The first is
 * the application; it has the pid 1, and the image ends with it. A thread belongs to the process in
 * kthread.process; after vfork() the parent's thread belongs to the child for a while.
 *
 * processes_exit() ends the calling thread's process with an exit status or, if `signal` is not 0, as killed
 * by that signal: its other threads end when they leave the kernel. processes_thread_ends() is told that the
 * calling thread ends by itself, with `status` if it is the last; it does not return if that ends the image,
 * or a vfork() child. processes_thread_gone() is told, on another thread, that a thread that has ended runs
 * no more, and that it leaves a stack (NULL: none) to be unmapped.
 *
 * processes_find() gives NULL if there is no such process, or if it has ended.
 */
#pragma once

#include <posix_thread.h>
#include <stdbool.h>

struct process;

_Noreturn void processes_exit(int status, int signal);
void processes_thread_ends(int status);
void processes_attend(void);
void processes_thread_gone(const struct posix_thread *thread);
struct process *processes_current(void);
struct process *processes_find(int pid);
int processes_pid(const struct process *process);

/* All processes that have not ended, one after the other; NULL begins, and ends. */
struct process *processes_next(struct process *process);
int processes_group(const struct process *process);

/* What threads of the process whose state is the present one have in kthread.process. */
void *processes_present(void);

/* Calls `function` with the state of `process` loaded, and then loads the caller's again. */
void processes_within(struct process *process, void (*function)(void *argument), void *argument);
