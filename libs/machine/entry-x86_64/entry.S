/*
 * The first instructions of the image.
 *
 * entry_pvh: PVH (Xen, docs/misc/pvh): 32-bit protected mode, no paging, EBX = address of hvm_start_info.
 * entry_linux: Linux boot protocol, 64-bit entry (Linux, Documentation/arch/x86/boot.rst): long mode, the loader's
 * identity-mapping page tables, RSI = address of boot_params.
 *
 * Both end in entry_start(info, protocol) on the boot stack, with interrupts off, the image mapped with exact permissions,
 * and floating point as the System V ABI wants it at a program's start. Whatever loads the image has zeroed nothing
 * that is relied on: firmware may have used the memory behind the initialised data.
 */
#include <config.h>

#define MSR_EFER 0xc0000080
#define EFER_LME_NXE 0x900          /* long mode enable, no-execute enable */
#define EFER_NXE_BIT 11
#define CR4_PAE 0x20
#define CR4_OSFXSR_OSXMMEXCPT 0x600 /* SSE usable, its exceptions as #XM */
#define CR4_UMIP_BIT 11 /* user mode cannot read the processor tables' addresses */
#define CR4_SMEP_BIT 20 /* we execute nothing out of user pages, */
#define CR4_SMAP_BIT 21 /* nor do we read or write them: there are none, so one is a page table that somebody broke */

/* Intel SDM volume 2, CPUID, leaf 7: SMEP is bit 7 of EBX, the sign of BL. */
#define CPUID_7 7
#define CPUID_7_EBX_SMAP_BIT 20
#define CPUID_7_ECX_UMIP 0x4
#define CR0_PG_WP_NE_ET_MP_PE 0x80010033 /* paging, write protection for ring 0, x87 exceptions as #MF; EM and TS off */

/* Page-table entry bits (Intel SDM volume 3, 4.5). Accessed and dirty are set in advance: the processor need not write. */
#define PTE_P 0x1
#define PTE_RW 0x2
#define PTE_AD 0x60
#define PTE_PS 0x80
#define PTE_NX_BIT 63

/* In the region table below, bit 11 of an entry stands for NX. */
#define REGION_NX_BIT 11
#define REGION_NX 0x800
#define REGION_NONE 0
#define REGION_RX (PTE_P | PTE_AD)
#define REGION_R (PTE_P | PTE_AD | REGION_NX)
#define REGION_RW (PTE_P | PTE_RW | PTE_AD | REGION_NX)

/* Conventional memory, which every PC-like machine has, for a machine that has too little above 1 MiB: page tables, and
 * below them a stack. */
#define LOW_TABLES 0x8000

#define CODE_SELECTOR 0x08

    /* The desc is 8 bytes wide: loaders of 64-bit images read it as a native word. */
    .section .note.boot, "a", @note
    .balign 4
    .long 4, 8, 18 /* sizes of name and desc; XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad entry_pvh

    .section .rodata.entry, "a", @progbits
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff /* 64-bit code, present, accessed (Intel SDM volume 3, 3.4.5) */
boot_gdt_pointer:
    .word 15
    .quad boot_gdt

    /* What lies between address 0 and boot_mapped_end: the end of each region, and what may be done with it. */
    .balign 4
    .globl entry_regions, entry_regions_end
    .hidden entry_regions, entry_regions_end
entry_regions:
    .long 0x1000 + REGION_NONE
    .long text_start + REGION_RW
    .long text_end + REGION_RX
    .long rodata_end + REGION_R
    .long boot_window + REGION_RW
    .long boot_stack_bottom + REGION_NONE
    .long trap_stack_guard + REGION_RW
    .long trap_stack_bottom + REGION_NONE
    .long boot_mapped_end + REGION_RW
entry_regions_end:

    .section .noinit.pages.boot, "aw", @nobits
boot_tables: /* PML4, page-directory-pointer table, page directory of the first GiB */
    .skip 3 * 4096
    .globl boot_tables, boot_directory_pointers, boot_directory
    .set boot_directory_pointers, boot_tables + 0x1000
    .set boot_directory, boot_tables + 0x2000
    .globl boot_window
boot_window: /* where map.c shows page 0 while the loader's structures are read; unmapped, like the guard behind it */
    .skip 4096
    .globl boot_stack_guard, boot_stack_bottom, boot_stack_top
boot_stack_guard:
    .skip 4096
boot_stack_bottom:
    .skip CONFIG_BOOT_STACK_KIB * 1024
boot_stack_top:

    .section .text.entry, "ax", @progbits
    .code32
    .globl entry_pvh
entry_pvh:
    xor %esi, %esi /* protocol 0 */
locate: /* These instructions are the same in both modes. */
    cld
    mov $boot_stack_top, %esp
    mov $boot_tables, %edi
    mov $image_end - 4, %eax /* does the end of the image lie in memory? */
    mov (%eax), %ecx
    not %ecx
    mov %ecx, (%eax)
    cmp %ecx, (%eax)
    je 1f
    mov $LOW_TABLES, %edi
    mov %edi, %esp
1:  test %esi, %esi
    jnz located
    /* For the switch to long mode, map the image by large pages. Entries that nothing refers to stay as they were found. */
    xor %ecx, %ecx
    lea 0x1000 + PTE_P + PTE_RW(%edi), %eax
    mov %eax, (%edi)
    mov %ecx, 4(%edi)
    add $0x1000, %eax
    mov %eax, 0x1000(%edi)
    mov %ecx, 0x1004(%edi)
    lea 0x2000(%edi), %edx
    mov $PTE_P | PTE_RW | PTE_PS, %eax
2:  mov %eax, (%edx)
    mov %ecx, 4(%edx)
    add $8, %edx
    add $0x200000, %eax
    cmp $image_end, %eax
    jb 2b

    mov %edi, %cr3
    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    xor %edx, %edx
    mov $EFER_LME_NXE, %eax
    wrmsr
    mov $CR0_PG_WP_NE_ET_MP_PE, %eax
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $CODE_SELECTOR, $entry64

    .code64
    .globl entry_linux
entry_linux:
    cli
    mov %rsi, %rbx
    xor %esi, %esi
    inc %esi /* protocol 1 */
    jmp locate
located:
    lgdt boot_gdt_pointer(%rip)
    push $CODE_SELECTOR
    push $entry64
    lretq

    /* What `unilith report security` finds in the image. */
    .set entry_protections, 1 << CR4_UMIP_BIT | 1 << CR4_SMEP_BIT | 1 << CR4_SMAP_BIT

    /* RBX = boot information, ESI = protocol, EDI = boot_tables, or LOW_TABLES if there is no memory there. */
entry64:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    mov %esi, %ebp
    cmp $boot_tables, %edi
    jne entry_too_little_memory

    /* Page tables: one entry a page, up to boot_mapped_end. EDX = address reached. */
    mov $boot_page_tables, %edi
    mov $entry_regions, %esi
    xor %edx, %edx
3:  lodsl
    mov %eax, %ecx
    and $0xfff, %eax
    sub %eax, %ecx
    btr $REGION_NX_BIT, %eax
    jnc 4f
    bts $PTE_NX_BIT, %rax
4:  add %rdx, %rax
    xchg %ecx, %edx
    neg %ecx
    add %edx, %ecx
    shr $12, %ecx
    jz 6f
5:  stosq
    add $0x1000, %rax
    loop 5b
6:  cmp $boot_mapped_end, %edx
    jne 3b

    /* The upper levels. On the PVH path they are in use meanwhile: slot 0 keeps its meaning throughout. */
    mov $boot_tables, %edi
    mov $boot_directory_pointers + PTE_P + PTE_RW, %eax
    call link_table
    mov $boot_directory + PTE_P + PTE_RW, %eax
    call link_table
    mov $boot_page_tables + PTE_P + PTE_RW, %eax
    mov $boot_page_table_count, %ecx
7:  stosq
    add $0x1000, %eax
    loop 7b
    xor %eax, %eax
    mov $boot_directory + 0x1000, %ecx
    sub %edi, %ecx
    shr $3, %ecx
    rep stosq

    mov $MSR_EFER, %ecx
    rdmsr
    bts $EFER_NXE_BIT, %eax
    wrmsr
    push %rbx
    mov $CR4_PAE | CR4_OSFXSR_OSXMMEXCPT, %edi
    xor %eax, %eax /* which leaves are there? */
    cpuid
    cmp $CPUID_7, %eax
    jb 8f
    push $CPUID_7
    pop %rax
    xor %ecx, %ecx
    cpuid
    and $CPUID_7_ECX_UMIP, %ecx
    shl $9, %ecx /* to CR4_UMIP_BIT */
    or %ecx, %edi
    test %bl, %bl
    jns 7f
    bts $CR4_SMEP_BIT, %edi
7:  shr $CPUID_7_EBX_SMAP_BIT + 1, %ebx /* the last bit that falls out is the carry */
    jnc 8f
    bts $CR4_SMAP_BIT, %edi
8:  mov $boot_tables, %eax
    mov %rax, %cr3
    mov %rdi, %cr4
    mov $CR0_PG_WP_NE_ET_MP_PE, %eax
    mov %rax, %cr0

    mov $bss_start, %edi
    mov $bss_end, %ecx
    sub %edi, %ecx
    shr $3, %ecx
    xor %eax, %eax
    rep stosq
    fninit
    ldmxcsr initial_mxcsr(%rip)

    pop %rdi
    mov %ebp, %esi
    xor %ebp, %ebp /* the end of every backtrace */
    push %rbp      /* a return address of 0, and the alignment that a call leaves */
    jmp entry_start

    /* EDI = a table: slot 0 becomes RAX, the others empty. */
link_table:
    stosq
    xor %eax, %eax
    mov $511, %ecx
    rep stosq
    ret

    .section .rodata.entry
    .balign 4
initial_mxcsr:
    .long 0x1f80 /* System V ABI, 3.4.1: all exceptions masked, round to nearest */

    .section .note.GNU-stack, "", @progbits
