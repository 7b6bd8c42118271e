#include "layout.h"

    /* int signal_context_capture(struct signal_context *context): what a call keeps (System V ABI for x86_64, 3.2.1). */
    .section .text.signal_context_capture, "ax", @progbits
    .globl signal_context_capture
    .hidden signal_context_capture
    .type signal_context_capture, @function
signal_context_capture:
    mov %rbx, CONTEXT_RBX(%rdi)
    mov %rbp, CONTEXT_RBP(%rdi)
    mov %r12, CONTEXT_R12(%rdi)
    mov %r13, CONTEXT_R13(%rdi)
    mov %r14, CONTEXT_R14(%rdi)
    mov %r15, CONTEXT_R15(%rdi)
    lea 8(%rsp), %rax
    mov %rax, CONTEXT_RSP(%rdi)
    mov (%rsp), %rax
    mov %rax, CONTEXT_RIP(%rdi)
    pushfq
    pop CONTEXT_RFLAGS(%rdi)
    mov %cs, CONTEXT_SEGMENTS(%rdi)
    movq $1, CONTEXT_RAX(%rdi)
    fxsave64 CONTEXT_AREA(%rdi)
    movl $0, CONTEXT_AREA + AREA_SOFTWARE(%rdi)
    xor %eax, %eax
    ret
    .size signal_context_capture, . - signal_context_capture

    /*
     * void signal_context_resume(const struct signal_context *context): IRETQ takes stack pointer, flags and address at once,
     * privileged or not (Intel SDM volume 2, IRET). Flags that are not the handler's to change are as they are now.
     */
    .section .text.signal_context_resume, "ax", @progbits
    .globl signal_context_resume
    .hidden signal_context_resume
    .type signal_context_resume, @function
signal_context_resume:
    mov CONTEXT_VECTORS(%rdi), %rcx
    test %rcx, %rcx
    jz 1f
    cmpl $AREA_MAGIC, AREA_SOFTWARE(%rcx)
    je 2f
    fxrstor64 (%rcx)
    jmp 3f
1:  fninit
    ldmxcsr initial_mxcsr(%rip)
    jmp 3f
2:  or $-1, %eax
    or $-1, %edx
    xrstor64 (%rcx)
3:  mov %ss, %eax
    push %rax
    push CONTEXT_RSP(%rdi)
    pushfq
    mov CONTEXT_RFLAGS(%rdi), %rax
    xor (%rsp), %rax
    and $CONTEXT_USER_FLAGS, %eax
    xor %rax, (%rsp)
    mov %cs, %eax
    push %rax
    push CONTEXT_RIP(%rdi)
    mov CONTEXT_R8(%rdi), %r8
    mov CONTEXT_R9(%rdi), %r9
    mov CONTEXT_R10(%rdi), %r10
    mov CONTEXT_R11(%rdi), %r11
    mov CONTEXT_R12(%rdi), %r12
    mov CONTEXT_R13(%rdi), %r13
    mov CONTEXT_R14(%rdi), %r14
    mov CONTEXT_R15(%rdi), %r15
    mov CONTEXT_RSI(%rdi), %rsi
    mov CONTEXT_RBP(%rdi), %rbp
    mov CONTEXT_RBX(%rdi), %rbx
    mov CONTEXT_RDX(%rdi), %rdx
    mov CONTEXT_RAX(%rdi), %rax
    mov CONTEXT_RCX(%rdi), %rcx
    mov CONTEXT_RDI(%rdi), %rdi
    iretq
    .size signal_context_resume, . - signal_context_resume

    /* void signal_context_call(uintptr_t stack, uintptr_t handler, int signal, struct linux_siginfo *info,
                                struct signal_context *context) */
    .section .text.signal_context_call, "ax", @progbits
    .globl signal_context_call
    .hidden signal_context_call
    .type signal_context_call, @function
signal_context_call:
    push %rbp
    mov %rsp, %rbp
    test %rdi, %rdi
    cmovnz %rdi, %rsp
    and $-16, %rsp
    fninit
    ldmxcsr initial_mxcsr(%rip)
    mov %rsi, %rax
    mov %edx, %edi
    mov %rcx, %rsi
    mov %r8, %rdx
    cld
    call *%rax
    leave
    ret
    .size signal_context_call, . - signal_context_call

    .section .rodata.signal_context, "a", @progbits
    .balign 4
initial_mxcsr:
    .long INITIAL_MXCSR

    .section .note.GNU-stack, "", @progbits
