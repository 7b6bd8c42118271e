/*
 * Leaving a computation and coming back to it.
 *
 * context_prepare() makes `context` one that begins by calling `entry`, which must not return, on the stack
 * that ends at `stack_end` (any alignment; CONTEXT_STACK_MIN bytes must lie below it). It inherits the
 * floating-point modes of the caller. `thread_pointer` is what thread-local storage will be relative to; NULL
 * for code that has none, which may find any value there.
 *
 * context_switch() stores the running computation in `from` and goes on with `to`; it returns when somebody
 * switches to `from`. It is an ordinary call for its caller: what the ABI lets a call destroy, vector
 * registers above all, is not kept. Whoever switches in the name of code that made no call, as an interrupt
 * does, keeps these itself.
 *
 * context_thread_pointer() is the running computation's thread pointer, which must have been set. `stack` is
 * the stack pointer of a computation that does not run; at it lie a word and then the saved registers, of
 * which context_frame() gives the frame pointer, for backtraces.
 */
#pragma once

#include <stdint.h>

#define CONTEXT_STACK_MIN 512

struct context {
    void *stack;
    void *thread_pointer;
};

void context_prepare(struct context *context, void *stack_end, void (*entry)(void), void *thread_pointer);
void context_switch(struct context *from, struct context *to);
void *context_thread_pointer(void);
uintptr_t context_frame(const struct context *context);
