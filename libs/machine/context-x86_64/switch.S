/*
 * void context_x86_64_switch(void **from, void *to): pushes what a call must keep (System V ABI for x86_64, 3.2.1: six
 * registers, and the control bits of SSE and x87), stores the stack pointer in *from, and does the reverse from `to`.
 */
    .section .text.context_x86_64_switch, "ax", @progbits
    .globl context_x86_64_switch
    .hidden context_x86_64_switch
    .type context_x86_64_switch, @function
context_x86_64_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    sub $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size context_x86_64_switch, . - context_x86_64_switch

    /* Where a new computation begins: RBX = its function; RBP = 0 ends its backtraces. */
    .section .text.context_x86_64_begin, "ax", @progbits
    .globl context_x86_64_begin
    .hidden context_x86_64_begin
    .type context_x86_64_begin, @function
context_x86_64_begin:
    call *%rbx
    ud2
    .size context_x86_64_begin, . - context_x86_64_begin

    .section .note.GNU-stack, "", @progbits
