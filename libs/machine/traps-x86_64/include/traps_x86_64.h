/*
 * Exceptions of x86_64.
 *
 * traps_init() loads the descriptor tables: GDT (selector 8: code), TSS, IDT with the processor's 32
 * exceptions. The machine entry calls it before any other C function, once, with interrupts off. After that
 * every exception ends in a report on the console and platform_crash(); its handler runs on a stack of its
 * own, so that the overflow of any stack is reported too. The machine entry leaves what lies between
 * trap_stack_guard and trap_stack_bottom unmapped.
 *
 * Where there are further processors (sched.parallel), traps_processor() prepares the tables of one of them,
 * with the ends of its stacks for exceptions and for interrupts' arrival, and it loads them by
 * traps_processor_load().
 */
#pragma once

#include <stdint.h>

extern char trap_stack_guard[], trap_stack_bottom[], trap_stack_top[];
extern char trap_arrival_top[]; /* with page.fault: the second stack of the TSS, 128 bytes on which interrupts
                                   arrive */

void traps_init(void);
void traps_processor(unsigned number, uintptr_t stack_end, uintptr_t arrival_end);
void traps_processor_load(unsigned number);
