/*
 * Where vfork() returns to. The C library fills it in and calls
 *
 *     long sys_vfork(struct vfork_frame *frame);
 *
 * which makes the calling thread the child and returns 0, or a negated errno. When the child execs or ends,
 * `resume` is called with a copy of the frame and the child's pid; it takes up all registers and lets vfork()
 * return that. The order is that of the C library's assembly.
 */
#pragma once

#include <stdint.h>

struct vfork_frame {
    void (*resume)(const struct vfork_frame *frame, long result) __attribute__((noreturn));
    uint64_t registers[8];
};
