/*
 * Which signal an exception of x86_64 is to the application, as Linux has it.
 *
 * signal_context_fault() fills in `fault`. `address` is what CR2 held. It returns false for what is never the
 * application's doing. The floating-point units' state must be that of the interrupted code.
 */
#pragma once

#include <fault_signal.h>
#include <stdbool.h>
#include <trap_report.h>

bool signal_context_fault(const struct trap_frame *frame, uint64_t address, struct fault *fault);
void signal_context_page_fault(struct fault *fault, uint64_t address, uint64_t error);
