/*
 * void entry_move_jump(uint64_t address, unsigned protocol, uint64_t *root, uintptr_t stack, uintptr_t target): goes to
 * `target` with the first two arguments, on other page tables and another stack. At the very start of the text, in
 * the page that move.c maps for it in both tables.
 */
    .section .text.entry, "ax", @progbits
    .globl entry_move_jump
    .hidden entry_move_jump
    .type entry_move_jump, @function
entry_move_jump:
    mov %rcx, %rsp
    mov %rdx, %cr3
    xor %ebp, %ebp /* the end of every backtrace */
    push %rbp      /* a return address of 0, and the alignment that a call leaves */
    jmp *%r8
    .size entry_move_jump, . - entry_move_jump

    .section .note.GNU-stack, "", @progbits
