/*
 * entry_move() moves the image to a random place and starts it there, from entry_start() on with the same
 * arguments. It returns in the image that has been moved, and in one that cannot be or is not to be. Nothing
 * of the image may have been started yet.
 */
#pragma once

#include <stdint.h>

void entry_move(uint64_t address, unsigned protocol);
