/*
 * The kernel under load: several kinds of work go on at the same time, in threads that are preempted every
 * 300 microseconds. Each counts what it has done and what has reached it, so that nothing lost stays unseen.
 *
 * A kind is started with its share of `work` (1: about a tenth of a second on a slow machine) and runs in
 * threads of its own; its finish() joins these and looks at the sums.
 */
#pragma once

#include "../expect.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct kind {
    const char *name;
    void (*start)(long work);
    void (*finish)(void);
};

extern const struct kind futexes, signals, timers, mappings, files, failures;

static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Starts a thread with a small stack. */
pthread_t begin(void *(*function)(void *), void *argument);
