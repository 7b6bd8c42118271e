/* What context_x86_64_switch() leaves on the stack, lowest address first. */
#pragma once

#include <stdint.h>

struct frame {
    uint32_t mxcsr;
    uint16_t x87_control;
    uint16_t unused;
    uint64_t r15, r14, r13, r12, rbx, rbp;
    uint64_t rip;
};
