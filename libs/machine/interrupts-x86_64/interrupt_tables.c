#include "parts.h"

#include <config.h>
#include <seal.h>
#ifdef CONFIG_LIB_PAGE_FAULT
#include <page_fault.h> /* where pages may be missing, interrupts have a stack of their own */
#endif

#define CODE_SELECTOR 0x08

/* Intel SDM volume 3, 6.14.1 */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

/* The processor leaves its frame on a stack that is always there: a page fault in the midst of an interrupt's
 * delivery would lose the interrupt, which the local APIC waits for the end of. The stubs move on to the
 * interrupted stack. */
#ifdef CONFIG_LIB_PAGE_FAULT
#define INTERRUPT_IST 2
#else
#define INTERRUPT_IST 0
#endif

#define GATE_INTERRUPT 0x8e /* present, for ring 0, interrupts off inside */

struct pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern char interrupts_stubs[];

static SEALED struct gate idt[INTERRUPTS_FIRST + INTERRUPTS_COUNT];

void interrupts_tables(void)
{
    struct pointer now, new = {sizeof idt - 1, (uintptr_t)idt};

    __asm__ volatile("sidt %0" : "=m"(now));
    for (unsigned i = 0; i < INTERRUPTS_FIRST; i++)
        idt[i] = ((const struct gate *)now.base)[i];
    for (unsigned i = 0; i < INTERRUPTS_COUNT; i++) {
        uintptr_t stub = (uintptr_t)interrupts_stubs + 8 * i;

        idt[INTERRUPTS_FIRST + i] = (struct gate){
            .offset_low = (uint16_t)stub,
            .selector = CODE_SELECTOR,
            .ist = INTERRUPT_IST,
            .type = GATE_INTERRUPT,
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
        };
    }
    __asm__ volatile("lidt %0" : : "m"(new) : "memory");
}

#ifdef CONFIG_LIB_MULTIPROCESSOR
void interrupts_tables_load(void)
{
    struct pointer table = {sizeof idt - 1, (uintptr_t)idt};

    __asm__ volatile("lidt %0" : : "m"(table) : "memory");
}
#endif
