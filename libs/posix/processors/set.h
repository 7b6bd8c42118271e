/* Sets of processors: those of Linux have a whole number of words, too. */
#pragma once

#include <stdint.h>

#define SET_SIZE sizeof(uint64_t) /* bytes */
