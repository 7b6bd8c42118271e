/*
 * Exceptions as signals.
 *
 * The library that catches exceptions asks fault_signal_stack() when nobody has resolved one: with interrupts
 * off, on the exception's own stack. It returns 0 if the application does not handle the signal, as the fault
 * is to be reported then and the image ended; else the end of the stack on which its handler will run: below
 * the stack pointer of the interrupted code, or the alternate stack. On that stack fault_signal_deliver() is
 * called, with interrupts as the interrupted code had them and outside the guard, with what was interrupted.
 * It returns by going on there, or wherever the handler wants.
 *
 * A fault between the two, because there is no room on the stack, is to be reported.
 */
#pragma once

#include <signal_context.h>
#include <stdint.h>

struct fault {
    int signal;        /* number, and */
    int code;          /* si_code of Linux */
    uintptr_t address; /* si_addr */
    uintptr_t stack;   /* stack pointer of the interrupted code */
};

uintptr_t fault_signal_stack(const struct fault *fault);
_Noreturn void fault_signal_deliver(const struct fault *fault, struct signal_context *interrupted);
