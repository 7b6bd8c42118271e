/*
 * Where a processor begins: in real mode, at the beginning of a page below 1 MiB to which the first part is copied (Intel
 * SDM volume 3, 8.4.3 and 9.9: it goes to long mode in one step, on the page tables of the first processor).
 */
#define CODE_SELECTOR 0x08
#define MSR_EFER 0xc0000080
#define CR4_PAE 0x20

#define at(label) (label - multiprocessor_trampoline)

    .section .rodata.multiprocessor_trampoline, "a", @progbits
    .globl multiprocessor_trampoline, multiprocessor_trampoline_end
    .hidden multiprocessor_trampoline, multiprocessor_trampoline_end
    .globl multiprocessor_trampoline_words
    .hidden multiprocessor_trampoline_words
    .code16
multiprocessor_trampoline:
    cli
    mov %cs, %ax
    mov %ax, %ds
    lgdtl at(table)
    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov at(cr3), %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov at(efer), %eax
    xor %edx, %edx
    wrmsr
    mov at(cr0), %eax
    mov %eax, %cr0
    ljmpl *at(target)

    /* Filled in by start.c, as struct words. */
    .balign 4
multiprocessor_trampoline_words:
cr0:
    .long 0
cr3:
    .long 0
efer:
    .long 0
target:
    .long 0
    .word CODE_SELECTOR
table:
    .word 0
    .long 0
multiprocessor_trampoline_end:

    /* In long mode, in the image. Without a ticket it has come too late, and stays here. */
    .section .text.multiprocessor_begin, "ax", @progbits
    .code64
    .globl multiprocessor_begin
    .hidden multiprocessor_begin
multiprocessor_begin:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    xchg %eax, multiprocessor_ticket(%rip)
    test %eax, %eax
    jz 1f
    mov %eax, %edi
    lea multiprocessor_stacks(%rip), %rdx
    mov (%rdx,%rdi,8), %rsp
    xor %ebp, %ebp /* the end of every backtrace */
    push %rbp
    jmp multiprocessor_arrive
1:  hlt
    jmp 1b

    .section .note.GNU-stack, "", @progbits
