/*
 * What a program of the root file system and the kernel have in common (docs/processes.md).
 *
 * A program is a position-independent executable (ELF-64, ET_DYN) whose entry address is that of a
 * `struct program_interface` in its data. The kernel applies the relocations, fills in `calls`, whose
 * functions `names` tells in the same order, and calls `start` with what a new program finds on its stack:
 * the number of arguments, the arguments, NULL, the environment, NULL, and the auxiliary vector (System V ABI
 * for x86_64, section 3.4.1). `start` does not return.
 *
 * `program_calls` is generated for each image: the functions that its programs call, by name, in the order of
 * strcmp().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PROGRAM_MAGIC UINT64_C(0x316874696c696e75) /* "unilith1", little-endian */

typedef long program_function(long, long, long, long, long, long);

struct program_interface {
    uint64_t magic;
    void (*start)(uintptr_t *stack);
    const char *const *names;
    program_function **calls;
    uint64_t count; /* of names, and of calls */
};

struct program_call {
    const char *name;
    program_function *function;
};

extern const struct program_call program_calls[];
extern const size_t program_call_count;
