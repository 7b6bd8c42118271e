/*
 * The generation of a machine whose state can be saved and started again, more than once.
 *
 * generation_id() returns a number that stays as it is until the machine is started from a saved state, and
 * is then a later one. Whoever keeps a secret that must not exist twice (the state of a random number
 * generator, a key, a unique name) keeps the number beside it, and begins anew when it has changed.
 *
 * generation_advance() says that the machine has been started from a saved state. Drivers of what tells so
 * call it, before they do anything else about it; it may be called from an interrupt.
 */
#pragma once

#include <stdint.h>

uint64_t generation_id(void);
void generation_advance(void);
