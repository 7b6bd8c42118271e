/*
 * Loading programs.
 *
 * program_load() copies the program in `file` into memory of its own, relocates it, connects its calls and
 * sets the permissions that its segments name. A call that `replaced` (may be NULL) gives a function for is
 * connected with that instead of the image's own. Nothing of the file is trusted. On success `program` tells
 * where it is, and program_unload() gives its memory back. Errors, after which there is nothing to give back:
 * -ENOEXEC the file is no program of this image's kind, or calls what the image does not offer to programs;
 * -ENOMEM; what reading the file failed with.
 */
#pragma once

#include <program_interface.h>
#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

struct program {
    char *memory; /* whole pages */
    size_t pages;
    void (*start)(uintptr_t *stack);
    uintptr_t headers; /* the program headers in memory, for AT_PHDR */
    size_t header_count;
};

int program_load(struct vnode *file, program_function *(*replaced)(const char *name),
                 struct program *program);
void program_unload(struct program *program);
