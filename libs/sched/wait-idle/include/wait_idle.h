/*
 * Signals in an image with one thread.
 *
 * wait_idle_interrupt() marks the thread as interrupted: a signal that it does not block is pending. The mark
 * ends a wait that can be interrupted, and further ones at once, until wait_idle_uninterrupt(), which whoever
 * delivers signals calls. It is what kthread_interrupt() is where there are threads.
 */
#pragma once

void wait_idle_interrupt(void);
void wait_idle_uninterrupt(void);
