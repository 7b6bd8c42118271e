/*
 * Called by the stubs for every exception, on the exceptions' stack, where something may be done about one.
 * `address` is what CR2 held. When it returns, the processor goes on with what is in the frame.
 */
#pragma once

#include <trap_report.h>

void trap_dispatch(struct trap_frame *frame, uint64_t address);
