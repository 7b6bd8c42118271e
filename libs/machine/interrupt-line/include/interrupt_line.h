/*
 * Interrupts of devices that have a line, numbered as in ACPI's "global system interrupts".
 *
 * interrupt_line_attach() calls `handler` when the device on `line` asks for attention: inside the kernel, as
 * interrupts.h says, never in the middle of something. A line may be shared: its handlers are called in turn,
 * each looks at its own device, makes it withdraw its request, and returns whether there was one; they are
 * called until none says yes. It stays for good. -ENODEV: there is no such line; -ENOSPC: no more interrupts;
 * -ENOMEM.
 */
#pragma once

#include <stdbool.h>

typedef bool interrupt_line_handler(void *argument);

int interrupt_line_attach(unsigned line, interrupt_line_handler *handler, void *argument);
