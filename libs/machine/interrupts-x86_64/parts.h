/* What the parts of this library ask of each other. */
#pragma once

#include "vectors.h"

#include <interrupts_x86_64.h>

#include <stdbool.h>
#include <stdint.h>

#define RFLAGS_IF (UINT64_C(1) << 9)

static inline uint64_t interrupts_flags(void)
{
    uint64_t flags;

    __asm__ volatile("pushfq\n\tpop %0" : "=r"(flags) : : "memory");
    return flags;
}

/* interrupt_tables.c: replaces the table of the exceptions by one that goes on with the stubs. */
void interrupts_tables(void);

/* interrupts.c: sets everything up at the first call; panics when there is no memory for it. Sets of bits:
 * vector INTERRUPTS_FIRST + n is bit n. */
extern volatile uint32_t interrupts_pending;
bool interrupts_attached(void);

/* apic.c: registers of the local APIC, by their offsets. */
void interrupts_apic_setup(void);
void interrupts_apic_write(unsigned offset, uint32_t value);
uint32_t interrupts_apic_read(unsigned offset);
void interrupts_apic_end(void);

/* apic_alarm.c: the timer has fired. */
void interrupts_alarm_fired(void);

/* For a further processor: its table, its local APIC, its timer. */
void interrupts_tables_load(void);
void interrupts_apic_prepare(void);
void interrupts_alarm_prepare(void);
