/*
 * What each process has of its own.
 *
 * A library keeps the state of the process that runs in variables of its own, as if there were only one. When
 * another process runs, that state is saved into memory of `size` bytes (at most PROCESS_STATE_MAX; aligned
 * as for any type) and the other's is loaded. All of these are called in the kernel, must not block, and, but
 * for `copy`, cannot fail.
 */
#pragma once

#include <stddef.h>

#define PROCESS_STATE_MAX 64

struct process_state {
    size_t size;
    /* Fills in the saved state of a new process, which begins with a copy of what the running one has. 0 or a
     * negated errno. */
    int (*copy)(void *saved);
    void (*save)(void *saved);
    void (*load)(const void *saved);
    /* The running process begins another program. May be NULL. */
    void (*exec)(void);
    /* The running process ends: gives up what its state holds. May be NULL. What is loaded next is another's.
     */
    void (*end)(void);
};

extern const struct process_state *const process_state_table[];
extern const size_t process_state_table_count;
