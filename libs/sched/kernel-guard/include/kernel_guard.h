/*
 * The guard of the kernel.
 *
 * Where threads are preempted, one of them at a time is in the kernel. Whoever is holds the guard, and is
 * neither preempted nor interrupted by a handler: what is due waits until the guard is free. A thread that
 * blocks leaves it to the next one, and has it again when it goes on. An image in which nothing preempts has
 * no guard, and none of this costs anything there: kernel_enter() and kernel_leave() are empty unless the
 * including library `uses` (or provides) kernel.guard and it is selected.
 *
 * Every system call of the application passes through a generated function that holds the guard around it.
 * So libraries that implement system calls need not do anything; those whose functions are called in other
 * ways, by applications that call the kernel's functions directly, enter and leave themselves. It nests.
 *
 * kernel_guard_open() frees the guard however deep it is held, and returns what kernel_guard_close() takes:
 * for the time that the kernel calls a function of the application, as a signal handler.
 *
 * kernel_guard_waiting says that something is due; kernel_guard_serve() does it when the guard is free. The
 * depth is the processor's, and kthread changes it with the thread. kernel_guard_held() is the depth,
 * kernel_guard_set() changes it for who holds the guard, and kernel_guard_remind() says that something is due
 * on this processor.
 *
 * Where several processors run threads (sched_parallel.h) the guard is a lock between them, too, and all of
 * this are functions that look after it; depth and what is due are each processor's own.
 *
 * Interrupts come in by kernel_guard_try(), with interrupts off: it takes the guard if it is free, else notes
 * that something is due. Who got it calls kernel_guard_run(), which returns whether another thread should
 * run, then, if so, kernel_guard_switch(), as the interrupted thread; then kernel_guard_release(), with
 * interrupts off, and from the beginning if that returns false, because more has come. When that is done,
 * kernel_guard_delivers() tells whether a signal is to be handled before the interrupted code goes on: then
 * kernel_guard_try() takes the guard again, and kernel_guard_deliver() does it and frees the guard, with
 * interrupts on; then the interrupted code goes on as `interrupted` says (signal_context.h).
 */
#pragma once

#include <stdbool.h>

#if __has_include(<config.h>)
#include <config.h>
#endif

struct signal_context;

#ifndef CONFIG_LIB_SCHED_PARALLEL
extern unsigned kernel_guard_depth;
extern volatile bool kernel_guard_waiting;
#endif

void kernel_guard_serve(void);
unsigned kernel_guard_open(void);
void kernel_guard_close(unsigned depth);
bool kernel_guard_try(void);
bool kernel_guard_run(void);
void kernel_guard_switch(void);
bool kernel_guard_release(void);
bool kernel_guard_delivers(void);
void kernel_guard_deliver(struct signal_context *interrupted);

#ifdef CONFIG_LIB_SCHED_PARALLEL
void kernel_enter(void);
bool kernel_left(void);
void kernel_leave(void);
unsigned kernel_guard_held(void);
void kernel_guard_set(unsigned depth);
void kernel_guard_remind(void);
#elif defined(CONFIG_LIB_KERNEL_GUARD)
static inline __attribute__((always_inline)) unsigned kernel_guard_held(void)
{
    return kernel_guard_depth;
}

static inline __attribute__((always_inline)) void kernel_guard_set(unsigned depth)
{
    kernel_guard_depth = depth;
}

static inline __attribute__((always_inline)) void kernel_guard_remind(void)
{
    kernel_guard_waiting = true;
}

/* An interrupt in the middle of these leaves the depth as it found it, so plain loads and stores will do. */
static inline __attribute__((always_inline)) void kernel_enter(void)
{
    kernel_guard_depth++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Frees the guard once, and returns whether something may be due, which kernel_guard_serve() does if it is
 * not held any more. */
static inline __attribute__((always_inline)) bool kernel_left(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    kernel_guard_depth--;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return kernel_guard_waiting;
}

static inline __attribute__((always_inline)) void kernel_leave(void)
{
    if (kernel_left() && kernel_guard_depth == 0)
        kernel_guard_serve();
}
#else
static inline __attribute__((always_inline)) void kernel_enter(void) {}

static inline __attribute__((always_inline)) void kernel_leave(void) {}
#endif
