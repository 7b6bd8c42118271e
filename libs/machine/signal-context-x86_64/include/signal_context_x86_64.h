/*
 * Contexts of what was interrupted between any two instructions of x86_64.
 *
 * signal_context_interrupted() fills in `context`, at memory of signal_context_whole() bytes that
 * signal_context_place() made an address of, from what the processor pushed and the registers that lie with
 * it; the vector registers are taken as they are now. `address` is what CR2 held.
 *
 * Where the host has stored everything: signal_context_host_size() is how many bytes the same takes for the
 * host's struct ucontext, and signal_context_host() fills in the context from it.
 * signal_context_host_enter() changes the host's: when its handler returns, `entry` is called with interrupts
 * as they were, on the stack that ends at `stack`; the signal mask of the host is what it was.
 */
#pragma once

#include <signal_context.h>
#include <trap_report.h>

size_t signal_context_whole(void);
void signal_context_interrupted(struct signal_context *context, const struct trap_frame *frame,
                                uint64_t address);

size_t signal_context_host_size(const void *host);
void signal_context_host(struct signal_context *context, const void *host);
void signal_context_host_enter(void *host, void (*entry)(void *argument), void *argument, uintptr_t stack);

/* What signal_context_place() made of `memory`, as it is. */
struct signal_context *signal_context_placed(void *memory);
