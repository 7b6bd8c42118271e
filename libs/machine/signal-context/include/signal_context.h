/*
 * What a signal interrupts.
 *
 * A context holds every register of a computation, in the form in which Linux shows it to handlers
 * (ucontext_t), vector registers included. It lies wherever its owner wants, at an address that
 * signal_context_place() makes of memory of signal_context_size() bytes; handlers may change it, and copy it
 * while they run.
 *
 * signal_context_capture() fills in the calling computation and returns 0; it returns 1 when somebody goes on
 * with the context. Its caller's frame must still be there then, as for setjmp(). Only what a call keeps is
 * kept. Contexts of what was interrupted between any two instructions are made by the machine's own code.
 *
 * signal_context_resume() goes on with a context.
 *
 * signal_context_call() calls a handler on the stack that ends at `stack` (0: the caller's), with the modes
 * of floating point that a program begins with.
 */
#pragma once

#include <linux_signal.h>
#include <stddef.h>
#include <stdint.h>

struct signal_context;

size_t signal_context_size(void);
struct signal_context *signal_context_place(void *memory);

int signal_context_capture(struct signal_context *context) __attribute__((returns_twice));
_Noreturn void signal_context_resume(const struct signal_context *context);
void signal_context_call(uintptr_t stack, uintptr_t handler, int signal, struct linux_siginfo *info,
                         struct signal_context *context);

/* The parts that are the same for every architecture. */
struct linux_stack *signal_context_stack(struct signal_context *context);
linux_sigset *signal_context_mask(struct signal_context *context);
