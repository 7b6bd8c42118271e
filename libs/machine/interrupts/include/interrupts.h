/*
 * Interrupts.
 *
 * What happens while code runs is noted at once, and handled when the kernel's data are whole: handlers are
 * functions that interrupts_run() calls, never the interrupt itself. So a handler may use anything that
 * kernel code may use, but it must not block. In an image with kernel.guard that is when no kernel code runs,
 * at once or when the kernel is left; in one without, when a thread yields or there is nothing else to do.
 *
 * interrupts_attach() registers a handler and returns the number of the interrupt that will call it, which is
 * what a device must be told (x86_64: the vector); -ENOSPC when there are no more, -ENOSYS where there are
 * none. It stays for good. Several events of one number that come before its handler runs are one.
 *
 * interrupts_on() lets interrupts interrupt from now on. Without it they are noticed in idle() and
 * interrupts_run() only.
 *
 * interrupts_run() calls the handlers of what has happened. Callers are where a handler may run.
 */
#pragma once

typedef void interrupts_handler(void *argument);

int interrupts_attach(interrupts_handler *handler, void *argument);
void interrupts_on(void);
void interrupts_run(void);
