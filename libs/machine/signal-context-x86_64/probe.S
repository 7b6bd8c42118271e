/* What access_probe.h declares. An exception between probe_begin and probe_end goes on at probe_failed. */

    .section .text.access_probe, "ax", @progbits
    .globl access_probe_read, access_probe_write, access_probe_exit
    .hidden access_probe_read, access_probe_write, access_probe_exit

    .type access_probe_read, @function
access_probe_read:
    test %rsi, %rsi
    jz probe_fine
probe_begin:
    movzbl (%rdi), %eax
    movzbl -1(%rdi, %rsi), %eax
    jmp probe_fine
    .size access_probe_read, . - access_probe_read

    .type access_probe_write, @function
access_probe_write:
    test %rsi, %rsi
    jz probe_fine
    lock orb $0, (%rdi) /* changes nothing, whoever else writes there */
    lock orb $0, -1(%rdi, %rsi)
probe_end:
probe_fine:
    mov $1, %eax
    ret
probe_failed:
    xor %eax, %eax
    ret
    .size access_probe_write, . - access_probe_write

    .type access_probe_exit, @function
access_probe_exit:
    xor %eax, %eax
    lea probe_begin(%rip), %rcx
    lea probe_end(%rip), %rdx
    cmp %rcx, %rdi
    jb 1f
    cmp %rdx, %rdi
    jae 1f
    lea probe_failed(%rip), %rax
1:  ret
    .size access_probe_exit, . - access_probe_exit

    .section .note.GNU-stack, "", @progbits
