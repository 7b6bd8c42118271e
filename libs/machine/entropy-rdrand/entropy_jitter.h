/*
 * Entropy from the times that something takes.
 *
 * entropy_jitter_add() takes the next reading of a clock into `jitter`, which begins as zeros. It counts in
 * `samples` the readings that could not be foretold from those before. With ENTROPY_JITTER_SAMPLES of them
 * `mix` is a word of entropy, if each has a quarter of a bit.
 */
#pragma once

#include <stdint.h>

#define ENTROPY_JITTER_SAMPLES 256

struct entropy_jitter {
    uint64_t mix;
    uint64_t last;  /* reading, */
    int64_t time;   /* what it was later than the one before, */
    int64_t change; /* and how much that differed from the time before */
    int samples;
};

void entropy_jitter_add(struct entropy_jitter *jitter, uint64_t reading);
