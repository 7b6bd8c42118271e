/* Entry of a static executable on Linux, x86_64, and the host's system calls: System V ABI, processor supplement, 3.4.1 and A.2.1. */

#include <config.h>

    .section .text.entry, "ax", @progbits
    .globl _start
    .hidden _start
    .type _start, @function
_start:
    xor %ebp, %ebp /* ends the chain of frames for backtraces */
    mov %rsp, %rdi /* argc, argv, environment and auxiliary vector stand here; the stack is aligned */
    call process_start
    mov $boot_stack_top, %esp /* the image is linked below 2 GiB */
    xor %ebp, %ebp
    call boot_main
    ud2
    .size _start, . - _start

    /* long host_call(long number, long a, long b, long c, long d, long e, long f) */
    .section .text.host_call, "ax", @progbits
    .globl host_call
    .hidden host_call
    .type host_call, @function
host_call:
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
    ret
    .size host_call, . - host_call

    /* The boot stack, with a page below it that process_start() takes all permissions from. */
    .section .noinit.pages, "aw", @nobits
    .globl boot_stack_guard, boot_stack_bottom, boot_stack_top
    .hidden boot_stack_guard, boot_stack_bottom, boot_stack_top
boot_stack_guard:
    .skip 4096
boot_stack_bottom:
    .skip CONFIG_PROCESS_STACK_KIB * 1024
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
