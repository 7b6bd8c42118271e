/*
 * How a C library starts a thread. clone() as Linux defines it returns twice, which no function can; instead
 *
 *     long sys_thread_start(const struct thread_start *start);
 *
 * makes a thread that calls function(argument) on the stack that ends at `stack`, and ends, as if by
 * sys_exit(), with its result. The flags and the other fields mean what clone(2) says. It returns the new
 * thread's id or a negated errno; it keeps nothing of `start`. And where clone(2) users unmap their own
 * stack,
 *
 *     _Noreturn void sys_thread_exit(void *stack, unsigned long size);
 *
 * unmaps the `size` bytes from `stack`, in which the caller's stack lies, and ends the calling thread.
 */
#pragma once

struct thread_start {
    int (*function)(void *argument);
    void *stack;
    long flags;
    void *argument;
    int *parent_tid;
    void *thread_pointer;
    int *child_tid;
};
