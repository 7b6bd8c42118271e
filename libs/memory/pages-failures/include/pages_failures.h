/*
 * Allocations of pages that fail on purpose, in images for tests. Applications may call this directly.
 *
 * From the call of pages_fail() on, one of `every` allocations returns NULL whatever memory there is: with
 * `seed` 0 each `every`-th, else now and then, as a generator says that begins with `seed`; the same numbers
 * give the same failures. `every` 0 ends it. pages_failed() is how many have failed so since the boot.
 *
 * The parameter `pages.fail=EVERY,SEED` of the command line calls pages_fail() when the first `pages.after=N`
 * allocations (default 1000, so that the boot has what it needs) are over.
 */
#pragma once

#include <stdint.h>

void pages_fail(uint32_t every, uint32_t seed);
uint64_t pages_failed(void);
