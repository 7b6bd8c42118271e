/*
 * kthread calls process_switch() whenever it goes on with another thread; `process` is that of the thread
 * (kthread.h), NULL for those of the first. It must not block.
 *
 * process_switch_nobody() is what threads of the kernel, which belong to no process, have there.
 */
#pragma once

void process_switch(void *process);
void *process_switch_nobody(void);
