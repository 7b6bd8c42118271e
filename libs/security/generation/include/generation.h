/*
 * The generation of a machine whose state can be saved and started again, more than once.
 *
 * generation_id() returns a number that stays as it is until the machine is started from a saved state, and
 * is then one that it has never had before. Whoever keeps a secret that must not exist twice (the state of a
 * random number generator, a key, a unique name) keeps the number beside it, and begins anew when it has
 * changed. It costs about as much as reading memory, and may be called at any time.
 */
#pragma once

#include <stdint.h>

uint64_t generation_id(void);
