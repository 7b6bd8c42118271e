/*
 * The last act of a detached thread: give back the stack that it runs on. Only whoever switches stacks can do
 * that, so
 *
 *     _Noreturn void sys_thread_exit(void *stack, unsigned long size);
 *
 * unmaps the `size` bytes from `stack` and ends the calling thread.
 */
#include "pthread_impl.h"

hidden _Noreturn void sys_thread_exit(void *, size_t);

void __unmapself(void *base, size_t size)
{
    sys_thread_exit(base, size);
}
