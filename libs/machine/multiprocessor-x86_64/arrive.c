#include "parts.h"

#include <interrupts_x86_64.h>
#include <traps_x86_64.h>

#define MXCSR_INITIAL 0x1f80u /* System V ABI, 3.4.1: all exceptions masked, round to nearest */

static struct multiprocessor_word numbers[MULTIPROCESSOR_MAX];

unsigned multiprocessor_number(void)
{
    return multiprocessor_word_get(numbers);
}

static void take_registers(const struct multiprocessor_registers *r)
{
    uint32_t mxcsr = MXCSR_INITIAL;

    __asm__ volatile("mov %0, %%cr4\n\tmov %1, %%cr0" : : "r"(r->cr4), "r"(r->cr0) : "memory");
    multiprocessor_msr_set(MSR_EFER, r->efer);
    multiprocessor_msr_set(MSR_PAT, r->pat);
    if (r->cr4 & CR4_OSXSAVE)
        __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)r->xcr0), "d"((uint32_t)(r->xcr0 >> 32)));
    __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr));
}

/* On its own stack, with interrupts off. A processor's words lie sizeof(struct multiprocessor_word) apart
 * each, and so do the bases of their GS segments (word.c). */
_Noreturn void multiprocessor_arrive(unsigned number)
{
    take_registers(&multiprocessor_registers);
    multiprocessor_msr_set(MSR_GS_BASE, number * sizeof(struct multiprocessor_word));
    traps_processor_load(number);
    interrupts_processor_setup();
    multiprocessor_word_set(numbers, number);
    multiprocessor_ids[number] = interrupts_processor_id();
    __atomic_store_n(&multiprocessor_arrived[number], true, __ATOMIC_SEQ_CST);
    multiprocessor_entry(number);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}
