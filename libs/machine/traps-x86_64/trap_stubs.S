/*
 * Entry points of the exceptions, 8 bytes each: trap_stubs + 8 * vector. The processor pushes an error code for some vectors
 * (Intel SDM volume 3, table 6-1); for the others the stub pushes a zero, so that all frames look alike. The call's return
 * address tells which vector it was.
 */
#include <config.h>

#define WITH_ERROR_CODE 0x60227d00 /* bits 8, 10 to 14, 17, 21, 29, 30 */

    .section .noinit.pages.trap, "aw", @nobits
    .globl trap_stack_guard, trap_stack_bottom, trap_stack_top
trap_stack_guard: /* the machine entry leaves it unmapped */
    .skip 4096
trap_stack_bottom:
#ifdef CONFIG_LIB_PAGE_FAULT
    .globl trap_arrival_top
    .skip 128 /* where interrupts arrive, with what the processor and their stubs push */
trap_arrival_top:
    .skip 4096 - 128
#else
    .skip 4096
#endif
trap_stack_top:

    .section .text.trap_stubs, "ax", @progbits
    .balign 8
    .globl trap_stubs
trap_stubs:
    .set vector, 0
    .rept 32
    .balign 8
    .if ((WITH_ERROR_CODE >> vector) & 1) == 0
    push $0
    .endif
    call trap_common
    .set vector, vector + 1
    .endr

trap_common:
    push %r15
    push %r14
    push %r13
    push %r12
    push %r11
    push %r10
    push %r9
    push %r8
    push %rbp
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rbx
    push %rax
    cld
    mov %rsp, %rdi
    /* Return address to vector: it lies 5 or 7 bytes behind the stub's start, which is a multiple of 8. */
    subq $trap_stubs, 15 * 8(%rdi)
    shrq $3, 15 * 8(%rdi)
    mov %cr2, %rsi
#if defined(CONFIG_LIB_PAGE_FAULT) || defined(CONFIG_LIB_FAULT_SIGNAL) || defined(CONFIG_LIB_MULTIPROCESSOR)
    call trap_dispatch
    pop %rax
    pop %rbx
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    pop %rbp
    pop %r8
    pop %r9
    pop %r10
    pop %r11
    pop %r12
    pop %r13
    pop %r14
    pop %r15
    add $16, %rsp
    iretq
#else
    call trap_report
#endif

    .section .note.GNU-stack, "", @progbits
