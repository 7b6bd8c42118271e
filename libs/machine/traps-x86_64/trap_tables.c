#include "trap_tables.h"

#include <config.h>
#include <seal.h>
#include <trap_report.h>
#include <traps_x86_64.h>

extern char trap_stubs[];

static SEALED struct tss tss;
static SEALED struct trap_gate idt[TRAP_COUNT];

#ifdef CONFIG_LIB_SEAL
static const uint64_t first_gdt[] = TRAP_GDT;
static SEALED uint64_t gdt[sizeof first_gdt / sizeof *first_gdt];
#else
static uint64_t gdt[] = TRAP_GDT;
#endif

void traps_init(void)
{
    uint64_t base = (uintptr_t)&tss;
    struct trap_table gdt_pointer = {sizeof gdt - 1, (uintptr_t)gdt};
    struct trap_table idt_pointer = {sizeof idt - 1, (uintptr_t)idt};

#ifdef CONFIG_LIB_SEAL
    for (size_t i = 0; i < sizeof gdt / sizeof *gdt; i++)
        gdt[i] = first_gdt[i];
#endif
    tss.ist[0] = (uint32_t)(uintptr_t)trap_stack_top; /* the image lies below 4 GiB */
#ifdef CONFIG_LIB_PAGE_FAULT
    tss.ist[2] = (uint32_t)(uintptr_t)trap_arrival_top; /* the second, for interrupts */
#endif
    tss.io_map = sizeof tss;
    gdt[2] |= (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
    for (size_t i = 0; i < TRAP_COUNT; i++) {
        uintptr_t stub = (uintptr_t)trap_stubs + 8 * i;

        idt[i].offset_low = (uint16_t)stub;
        idt[i].selector = TRAP_CODE_SELECTOR;
        idt[i].ist = TRAP_IST;
        idt[i].type = TRAP_GATE_INTERRUPT;
        idt[i].offset_middle = (uint16_t)(stub >> 16);
    }
    __asm__ volatile("lgdt %0\n\tltr %w2\n\tlidt %1"
                     :
                     : "m"(gdt_pointer), "m"(idt_pointer), "r"(TSS_SELECTOR)
                     : "memory");
}
