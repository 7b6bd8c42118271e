#include "parts.h"

#include <config.h>
#include <descriptor_tables_x86_64.h>
#include <seal.h>
#ifdef CONFIG_LIB_PAGE_FAULT
#include <page_fault.h> /* where pages may be missing, interrupts have a stack of their own */
#endif

/* The processor leaves its frame on a stack that is always there: a page fault in the midst of an interrupt's
 * delivery would lose the interrupt, which the local APIC waits for the end of. The stubs move on to the
 * interrupted stack. */
#ifdef CONFIG_LIB_PAGE_FAULT
#define INTERRUPT_IST 2
#else
#define INTERRUPT_IST 0
#endif

extern char interrupts_stubs[];

static SEALED struct trap_gate idt[INTERRUPTS_FIRST + INTERRUPTS_COUNT];

void interrupts_tables(void)
{
    struct trap_table now, new = {sizeof idt - 1, (uintptr_t)idt};

    __asm__ volatile("sidt %0" : "=m"(now));
    for (unsigned i = 0; i < INTERRUPTS_FIRST; i++)
        idt[i] = ((const struct trap_gate *)now.base)[i];
    for (unsigned i = 0; i < INTERRUPTS_COUNT; i++) {
        uintptr_t stub = (uintptr_t)interrupts_stubs + 8 * i;

        idt[INTERRUPTS_FIRST + i] = (struct trap_gate){
            .offset_low = (uint16_t)stub,
            .selector = TRAP_CODE_SELECTOR,
            .ist = INTERRUPT_IST,
            .type = TRAP_GATE_INTERRUPT,
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
        };
    }
    __asm__ volatile("lidt %0" : : "m"(new) : "memory");
}

#ifdef CONFIG_LIB_MULTIPROCESSOR
void interrupts_tables_load(void)
{
    struct trap_table table = {sizeof idt - 1, (uintptr_t)idt};

    __asm__ volatile("lidt %0" : : "m"(table) : "memory");
}
#endif
