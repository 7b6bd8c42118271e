/*
 * kthread calls process_switch() whenever it goes on with another thread; `process` is that of the thread
 * (kthread.h), NULL for those of the first. It must not block.
 */
#pragma once

void process_switch(void *process);
