/*
 * Entry points of the interrupts, 8 bytes each: interrupts_stubs + 8 * (vector - INTERRUPTS_FIRST). The handler is an ordinary C
 * function: what a call keeps, it keeps; the rest is saved here, on the stack of whatever was interrupted, which
 * has no red zone. Vector registers are not touched.
 */
#include "vectors.h"

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

    .section .note.GNU-stack, "", @progbits
