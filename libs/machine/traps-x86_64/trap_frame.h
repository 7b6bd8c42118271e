/* The state of the interrupted code, as trap_stubs.S leaves it on the trap stack. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TRAP_COUNT 32 /* exceptions that the processor may raise: Intel SDM volume 3, 6.3.1 */
#define TRAP_PAGE_FAULT 14

struct trap_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector;
    uint64_t error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* Called by trap_stubs.S. */
_Noreturn void trap_report(const struct trap_frame *frame);

/* Puts the reason for the exception into words. `address` is CR2. */
size_t trap_reason(char *buffer, size_t size, const struct trap_frame *frame, uint64_t address);
