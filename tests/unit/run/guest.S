/*
 * A guest for the tests of the runner. It stays in the 32-bit mode in which a PVH loader starts it. The
 * letter after "-- " of its command line says what it does.
 */
    .section .note.pvh, "a", @note
    .long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start, crash_here, crash_caller
start:
    mov $stack_top, %esp
    mov 24(%ebx), %esi /* cmdline_paddr of struct hvm_start_info */
    mov 3(%esi), %al
    cmp $'x', %al
    je do_exit
    cmp $'c', %al
    je do_command_line
    cmp $'e', %al
    je do_echo
    cmp $'p', %al
    je do_panic
    cmp $'t', %al
    je do_triple_fault
    cmp $'s', %al
    je do_stop_without_record
do_hang:
    mov $text_hang, %esi
    call print
1:  jmp 1b

do_exit: /* with the status that follows the letter */
    mov 4(%esi), %bl
    sub $'0', %bl
    jmp exit

do_command_line:
    call print
    xor %bl, %bl
    jmp exit

do_echo: /* what the serial port receives, until 0x04 */
    mov $text_echo, %esi
    call print
2:  mov $0x3fd, %dx
    in %dx, %al
    test $1, %al
    jz 2b
    mov $0x3f8, %dx
    in %dx, %al
    cmp $4, %al
    je 3f
    out %al, $0xe9
    jmp 2b
3:  mov $7, %bl
    jmp exit

crash_caller:
    call crash_here
    nop
    ret

do_panic:
    call crash_caller
crash_here:
    mov $text_panic, %esi
    call print
    mov $crash_here, %edx
    call print_at
    pop %edx
    call print_at
    mov $'P', %al
    out %al, $0xea
    jmp stop

do_triple_fault:
    lidt no_table
    int3

do_stop_without_record:
    xor %al, %al
    out %al, $0xf4

exit:
    mov $'E', %al
    out %al, $0xea
    mov %bl, %al
    out %al, $0xea
stop:
    out %al, $0xf4
    jmp stop

print_at: /* the address in edx, as a line of a crash report */
    mov $text_at, %esi
    call print
    mov $8, %ecx
5:  rol $4, %edx
    mov %edx, %eax
    and $15, %eax
    mov digits(%eax), %al
    out %al, $0xe9
    loop 5b
    mov $'\n', %al
    out %al, $0xe9
    ret

print:
    lodsb
    test %al, %al
    jz 4f
    out %al, $0xe9
    jmp print
4:  ret

    .section .rodata
text_hang:
    .asciz "waiting\n"
text_echo:
    .asciz "ready\n"
text_panic:
    .asciz "panic: a test\n  rip 0000000000000000\n"
text_at:
    .asciz "  at 0x00000000"
digits:
    .ascii "0123456789abcdef"
no_table:
    .skip 6

    .bss
    .skip 256
stack_top:
