/*
 * Stands in for a loader that enters images by Linux's 64-bit boot protocol, as Firecracker does: QEMU itself enters
 * ELF images by PVH only. QEMU starts this one by PVH, with the image to load as its initrd.
 */
    .section .note.boot, "a", @note
    .long 4, 8, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad start

    .section .text.entry, "ax", @progbits
    .code32
    .globl start
start:
    mov $stack_top, %esp
    mov $pointers + 3, %eax
    mov %eax, pml4
    mov $directory + 3, %eax
    mov %eax, pointers
    mov $directory, %edi
    mov $0x83, %eax /* 2 MiB pages, up to 1 GiB */
    mov $512, %ecx
1:  mov %eax, (%edi)
    movl $0, 4(%edi)
    add $8, %edi
    add $0x200000, %eax
    loop 1b
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0x20, %eax /* PAE */
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    xor %edx, %edx
    mov $0x100, %eax /* EFER: long mode; no-execute is off, the image has to switch it on */
    wrmsr
    mov $0x80000011, %eax
    mov %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x10, $start64 /* the code selector that the protocol asks for */

    .code64
start64:
    mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %ebx, %edi
    call load
    mov $0x7000, %esi
    jmp *%rax

    .section .rodata, "a", @progbits
    .balign 8
gdt:
    .quad 0, 0
    .quad 0x00af9b000000ffff /* 0x10: code */
    .quad 0x00cf93000000ffff /* 0x18: data */
gdt_pointer:
    .word 31
    .quad gdt

    .section .bss, "aw", @nobits
    .balign 4096
pml4:
    .skip 4096
pointers:
    .skip 4096
directory:
    .skip 4096
    .skip 4096
stack_top:

    .section .note.GNU-stack, "", @progbits
