/*
 * Threads on several processors.
 *
 * Where something provides this, every library of the image sees CONFIG_LIB_SCHED_PARALLEL. The code of the
 * application runs on all processors at once. The kernel's does not: the guard (kernel_guard.h) is a lock
 * between processors, and whoever waits for it spins. What happens without the guard, exceptions above all,
 * must not rely on being alone, unless the data are a processor's own.
 *
 * kernel_enter(), kernel_left(), kernel_leave(), kernel_guard_held(), kernel_guard_set(),
 * kernel_guard_remind(): see kernel_guard.h; sched_cpu(): see scheduler.h.
 *
 * kernel_guard_seize() is for exceptions, with interrupts off: takes the guard, also if this processor holds
 * it already, or is about to. kernel_guard_cede() undoes it; what is due is done when interrupts are on
 * again. `seized` is what the former returned.
 *
 * sched_parallel_remind() says that something is due on the processor `cpu`, and has it look at once.
 *
 * sched_parallel_idle() is what a processor without a thread to run calls, in the guard, at depth 1: it
 * leaves the guard until something may have happened, unless somebody waits for it already. It returns false
 * at once if nothing ever can happen: all processors are idle, without a timer or a device.
 *
 * sched_parallel_avoid() changes the processors that a thread must not run on, one bit each; the thread of
 * `place` moves when the guard is free. Not all may be avoided. sched_parallel_processors() is the set of
 * those that run.
 *
 * sched_parallel_busy() is for how many nanoseconds processors have run something so far, all together.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sched_place;

unsigned sched_cpu(void);

void kernel_enter(void);
bool kernel_left(void);
void kernel_leave(void);
unsigned kernel_guard_held(void);
void kernel_guard_set(unsigned depth);
void kernel_guard_remind(void);
bool kernel_guard_seize(void);
void kernel_guard_cede(bool seized);

void sched_parallel_remind(unsigned cpu);
bool sched_parallel_idle(void);
void sched_parallel_avoid(struct sched_place *place, uint8_t avoided);
uint8_t sched_parallel_processors(void);
uint64_t sched_parallel_busy(void);
