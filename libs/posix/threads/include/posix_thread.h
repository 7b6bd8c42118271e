/*
 * The application's threads.
 *
 * Each has an id, the first one 1, which is the process's too. A thread's memory here lies at the upper end
 * of its own stack: a pointer to it is valid until the thread has ended, so only as long as nobody blocks.
 * threads_current() must not be called on a thread of the kernel. threads_find() gives NULL if no thread has
 * that id; a thread that ends is not found any more.
 *
 * To interrupt a thread that waits in a system call: kthread_interrupt(thread->kernel).
 */
#pragma once

#include <kthread.h>
#include <signal_state.h>
#include <stddef.h>

struct posix_thread {
    struct kthread *kernel;
    struct posix_thread *next; /* of those whose ids have the same remainder */
    int id;
    int policy;        /* SCHED_... of Linux */
    int priority;      /* 1 to 99 for SCHED_FIFO and SCHED_RR, else 0 */
    int *clear_id;     /* set to 0 at the end, and a waiter is woken; may be NULL */
    void *robust_list; /* struct robust_list_head of Linux, or NULL */
    void *stack;       /* to be unmapped at the end, or NULL */
    size_t stack_size; /* bytes */
    struct signal_state signals;
    void *process_memory; /* for the library processes, at the end of its last thread, else NULL */
    char name[16];        /* for prctl(); ends with a NUL */
};

struct posix_thread *threads_current(void);
struct posix_thread *threads_find(int id);

/* An id that no thread has, and that is not given to any for a long time. */
int threads_new_id(void);

/*
 * For the library processes. threads_start_process() starts a thread of another process: it calls
 * function(argument) on the stack that ends at `stack_end`, with an id from threads_new_id().
 * threads_replace() ends the calling thread in favour of such a one, of whose id it may be; `memory` is put
 * into its process_memory.
 */
void threads_start_process(void *stack_end, int id, void *process, int (*function)(void *), void *argument);
_Noreturn void threads_replace(void *stack_end, int id, void *process, int (*function)(void *),
                               void *argument, void *memory);
