/* What the parts of this library ask of each other. */
#pragma once

#include <multiprocessor.h>
#include <stddef.h>
#include <stdint.h>

/* low_page.c: where a processor begins; 0: nowhere. */
extern uintptr_t multiprocessor_low_page;

/* start.c, for those who begin: the number of the one who may begin next, 0: none may. Taken out by whoever
 * comes first. */
extern volatile uint32_t multiprocessor_ticket;

/* Of each: the end of its stack, the number of its local APIC, and whether it is there. */
extern uintptr_t multiprocessor_stacks[MULTIPROCESSOR_MAX];
extern uint32_t multiprocessor_ids[MULTIPROCESSOR_MAX];
extern volatile bool multiprocessor_arrived[MULTIPROCESSOR_MAX];
extern unsigned multiprocessor_count;
extern void (*multiprocessor_entry)(unsigned number);

/* What the first processor's registers hold, for the others: page tables, protection, memory types. */
struct multiprocessor_registers {
    uint64_t cr0, cr3, cr4;
    uint64_t efer, pat, xcr0;
};

extern struct multiprocessor_registers multiprocessor_registers;

/* Intel SDM volume 4, table 2-2, and volume 3, 2.5. */
#define MSR_PAT 0x277
#define MSR_EFER 0xc0000080u
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u
#define CR4_OSXSAVE (UINT64_C(1) << 18)

static inline uint64_t multiprocessor_msr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void multiprocessor_msr_set(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* arrive.c */
_Noreturn void multiprocessor_arrive(unsigned number);
