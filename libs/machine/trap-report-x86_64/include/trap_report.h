/*
 * The report of a processor exception of x86_64, wherever it was caught: by our own interrupt table or by the
 * host.
 *
 * trap_report() prints the crash report (docs/architecture.md) for the interrupted code, whose state is
 * `frame`, and ends the image with platform_crash(). `address` is what CR2 held, of use for page faults only.
 *
 * trap_reason() puts the reason for the exception into words: format() of `buffer` and `size`.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TRAP_COUNT 32 /* exceptions that the processor may raise: Intel SDM volume 3, 6.3.1 */
#define TRAP_PAGE_FAULT 14

/* The order is that of the stack in trap_stubs.S. */
struct trap_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector;
    uint64_t error;
    uint64_t rip, cs, rflags, rsp, ss;
};

_Noreturn void trap_report(const struct trap_frame *frame, uint64_t address);
size_t trap_reason(char *buffer, size_t size, const struct trap_frame *frame, uint64_t address);
