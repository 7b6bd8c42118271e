/*
 * Entry points of the interrupts, 8 bytes each: interrupts_stubs + 8 * (vector - INTERRUPTS_FIRST). The handler is an ordinary C
 * function: what a call keeps, it keeps; the rest is saved here, on the stack of whatever was interrupted, which
 * has no red zone. Vector registers are not touched.
 */
#include "vectors.h"

#include <config.h>

    .section .text.interrupts_stubs, "ax", @progbits
    .balign 8
    .globl interrupts_stubs
    .hidden interrupts_stubs
interrupts_stubs:
    .set vector, INTERRUPTS_FIRST
    .rept INTERRUPTS_COUNT
    .balign 8
    push $vector
    jmp common
    .set vector, vector + 1
    .endr

common:
    push %rax
#ifdef CONFIG_LIB_PAGE_FAULT
    /* From the stack for interrupts' arrival to the interrupted one, as if the processor had pushed there. A page that is
     * not there yet comes when it is written. */
    push %rcx
    mov 48(%rsp), %rax
    and $-16, %rax
    .set offset, 56
    .rept 7 /* SS, RSP, RFLAGS, CS, RIP, the vector, RAX */
    mov offset(%rsp), %rcx
    mov %rcx, offset - 64(%rax)
    .set offset, offset - 8
    .endr
    mov (%rsp), %rcx
    lea -56(%rax), %rsp
#endif
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    sub $8, %rsp /* the processor aligned the stack, then come five words of its own, the vector and these nine */
    cld
    mov 80(%rsp), %edi
    call interrupts_arrived
    add $8, %rsp
#if defined(CONFIG_LIB_KERNEL_GUARD) && defined(CONFIG_LIB_SIGNAL_CONTEXT_X86_64)
    test %al, %al
    jnz deliver
#endif
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    add $8, %rsp
    iretq

#if defined(CONFIG_LIB_KERNEL_GUARD) && defined(CONFIG_LIB_SIGNAL_CONTEXT_X86_64)
    /* A signal is to be handled first: all registers as struct trap_frame. The vector stands where an error code would. */
deliver:
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    push $0
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
    mov %rsp, %rdi
    call interrupts_deliver
#endif

    .section .note.GNU-stack, "", @progbits
