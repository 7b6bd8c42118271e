/*
 * Benchmarks that a host measures from outside: before and after each, the program writes a line and waits
 * for one, so that the host can look at the machine's processor time and instructions meanwhile.
 */
#pragma once

#include <stdint.h>

/* begin() starts a benchmark; end() ends it: it did `count` of what is measured. fail() ends the program. */
void begin(const char *name);
void end(unsigned count);
_Noreturn void fail(const char *what);

/* Numbers from 0 to before `limit` that always are the same. */
uint32_t any_number(uint32_t limit);

void bench_database(void);
