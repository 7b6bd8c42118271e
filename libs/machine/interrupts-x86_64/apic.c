#include "parts.h"

#include <config.h>
#include <device_memory.h>
#include <panic.h>
#include <port_io.h>

/* Intel SDM volume 3, 11.4. */
#define MSR_APIC_BASE 0x1b
#define APIC_BASE_ADDRESS UINT64_C(0x000ffffffffff000)
#define APIC_BASE_X2APIC (UINT64_C(1) << 10)
#define APIC_BASE_ENABLED (UINT64_C(1) << 11)
#define APIC_SIZE 0x400
#define MSR_X2APIC 0x800 /* and a sixteenth of the offset: 11.12.1.2 */

#define APIC_ID 0x20
#define APIC_TASK_PRIORITY 0x80
#define APIC_END 0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_COMMAND 0x300
#define APIC_COMMAND_HIGH 0x310
#define COMMAND_PENDING 0x1000
#define APIC_LINT0 0x350
#define APIC_LINT1 0x360
#define APIC_ERROR 0x370
#define SPURIOUS_ENABLED 0x100
#define LOCAL_MASKED 0x10000

/* The two 8259 interrupt controllers of a PC, of which nothing is wanted: bits of their mask registers. */
#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1

static volatile char *registers; /* NULL: reached by MSRs, where the loader left it in that mode */

static uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

void interrupts_apic_write(unsigned offset, uint32_t value)
{
    if (registers)
        *(volatile uint32_t *)(registers + offset) = value;
    else
        msr_write(MSR_X2APIC + offset / 16, value);
}

uint32_t interrupts_apic_read(unsigned offset)
{
    return registers ? *(volatile uint32_t *)(registers + offset)
                     : (uint32_t)msr_read(MSR_X2APIC + offset / 16);
}

void interrupts_apic_end(void)
{
    interrupts_apic_write(APIC_END, 0);
}

void interrupts_apic_setup(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);

    port_write8(PIC1_MASK, 0xff);
    port_write8(PIC2_MASK, 0xff);
    if (!(base & APIC_BASE_X2APIC)) {
        registers = device_memory_map(base & APIC_BASE_ADDRESS, APIC_SIZE);
        if (!registers)
            panic("interrupts: no memory to map the local APIC");
        msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLED);
    }
    interrupts_apic_write(APIC_SPURIOUS, SPURIOUS_ENABLED | INTERRUPTS_SPURIOUS);
    interrupts_apic_write(APIC_LINT0, LOCAL_MASKED);
    interrupts_apic_write(APIC_LINT1, LOCAL_MASKED);
    interrupts_apic_write(APIC_ERROR, LOCAL_MASKED);
    interrupts_apic_write(APIC_TASK_PRIORITY, 0);
}

#ifdef CONFIG_LIB_MULTIPROCESSOR
/* Like the first processor's, in the same mode. */
void interrupts_apic_prepare(void)
{
    msr_write(MSR_APIC_BASE,
              msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLED | (registers ? 0 : APIC_BASE_X2APIC));
    interrupts_apic_write(APIC_SPURIOUS, SPURIOUS_ENABLED | INTERRUPTS_SPURIOUS);
    interrupts_apic_write(APIC_LINT0, LOCAL_MASKED);
    interrupts_apic_write(APIC_LINT1, LOCAL_MASKED);
    interrupts_apic_write(APIC_ERROR, LOCAL_MASKED);
    interrupts_apic_write(APIC_TASK_PRIORITY, 0);
}

uint32_t interrupts_processor_id(void)
{
    uint32_t id = interrupts_apic_read(APIC_ID);

    return registers ? id >> 24 : id;
}

/* Writing the lower half sends it. The other mode has one register of 64 bits, and no need to wait (SDM
 * volume 3, 10.12.9); but writing it waits for nothing either: what was stored before, which the other is to
 * find, is made visible first (10.12.3). */
void interrupts_send(uint32_t id, uint32_t command)
{
    if (!registers) {
        __asm__ volatile("mfence\n\tlfence" : : : "memory");
        msr_write(MSR_X2APIC + APIC_COMMAND / 16, (uint64_t)id << 32 | command);
        return;
    }
    interrupts_apic_write(APIC_COMMAND_HIGH, id << 24);
    interrupts_apic_write(APIC_COMMAND, command);
    while (interrupts_apic_read(APIC_COMMAND) & COMMAND_PENDING)
        __asm__ volatile("pause");
}
#endif
