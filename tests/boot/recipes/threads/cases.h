/* The cases that an argument chooses. Each returns when all is well, and ends the program with a message when
 * it is not. */
#pragma once

#include "../expect.h"

#include <stdio.h>
#include <stdlib.h>

void create_and_join(void);
void many_generations(void);
void detached(void);
void thread_local_storage(void);
void specific_data(void);
void stack_attributes(void);
void main_ends_first(void);

void mutexes(void);
void condition_ping_pong(void);
void barriers(void);
void semaphores(void);
void rwlocks(void);
void once(void);
void timed_waits(void);
void sleeps(void);

void spinning(void);
void vector_registers(void);
void rounding_modes(void);
void priorities(void);
void round_robin(void);

void cancellation(void);
void asynchronous_cancellation(void);
void signals_to_threads(void);
void robust_mutexes(void);
void priority_inheritance(void);
void inheriting_mutexes(void);
void exit_from_a_thread(void);
void deadlock(void);
void self_deadlock(void);
void stack_overflow(void);

void futex_storm(void);
void reading(void);
