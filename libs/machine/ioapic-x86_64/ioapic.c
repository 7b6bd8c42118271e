/*
 * I/O APIC (Intel 82093AA datasheet). Every line is used by its edges, also one that means its level:
 * handlers are called until none of those that share the line says that its device asked, so that at some
 * moment none did, the line was not asserted, and the next request makes an edge. So nothing is masked and
 * unmasked, and none has to be told that it is over.
 */
#include <acpi.h>
#include <device_memory.h>
#include <errno.h>
#include <interrupt_line.h>
#include <interrupts.h>
#include <stddef.h>
#include <stdint.h>

#define REGISTERS 0x20u
#define REGISTER_SELECT 0
#define REGISTER_WINDOW 4 /* in words of 32 bits */
#define VERSION 1         /* bits 16 to 23: the last line */
#define REDIRECTION(line) (0x10 + 2 * (line))
#define DESTINATION_SHIFT 24

/* 5.2.12 of ACPI 6.4: entries of the MADT */
#define MADT_ENTRIES 44u
#define ENTRY_IOAPIC 1
#define IOAPIC_ADDRESS 4
#define IOAPIC_FIRST 8
#define IOAPIC_SIZE 12

#define DEFAULT_ADDRESS 0xfec00000u /* where there is no table */

#define CPUID_FEATURES 1 /* EBX, bits 24 to 31: the number of the local APIC */

#define ATTACHMENTS 16

static struct attachment {
    unsigned line;
    interrupt_line_handler *handler;
    void *argument;
} attachments[ATTACHMENTS];

static unsigned count;

static uint32_t get32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void run(void *argument)
{
    unsigned line = ((const struct attachment *)argument)->line;
    bool any;

    do {
        any = false;
        for (unsigned i = 0; i < count; i++)
            if (attachments[i].line == line)
                any |= attachments[i].handler(attachments[i].argument);
    } while (any);
}

/* The registers of the controller that has a line; `*line` becomes its number there. NULL: none has it. */
static volatile uint32_t *controller(uint32_t address, uint32_t first, unsigned *line)
{
    volatile uint32_t *registers = *line < first ? NULL : device_memory_map(address, REGISTERS);

    if (!registers)
        return NULL;
    registers[REGISTER_SELECT] = VERSION;
    if (*line - first > (registers[REGISTER_WINDOW] >> 16 & 0xff))
        return NULL;
    *line -= first;
    return registers;
}

static volatile uint32_t *find(unsigned *line)
{
    size_t length;
    const unsigned char *table = acpi_table("APIC", &length);
    volatile uint32_t *registers = NULL;

    if (!table)
        return controller(DEFAULT_ADDRESS, 0, line);
    for (size_t at = MADT_ENTRIES; at + 2 <= length && !registers; at += table[at + 1]) {
        if (table[at + 1] < 2 || table[at + 1] > length - at)
            break;
        if (table[at] == ENTRY_IOAPIC && table[at + 1] >= IOAPIC_SIZE)
            registers =
                controller(get32(table + at + IOAPIC_ADDRESS), get32(table + at + IOAPIC_FIRST), line);
    }
    return registers;
}

static int connect(unsigned line, struct attachment *first)
{
    uint32_t eax = CPUID_FEATURES, ebx;
    volatile uint32_t *registers = find(&line);
    int vector;

    if (!registers)
        return -ENODEV;
    vector = interrupts_attach(run, first);
    if (vector < 0)
        return vector;
    __asm__("cpuid" : "+a"(eax), "=b"(ebx) : : "rcx", "rdx");
    registers[REGISTER_SELECT] = REDIRECTION(line) + 1;
    registers[REGISTER_WINDOW] = ebx >> 24 << DESTINATION_SHIFT;
    registers[REGISTER_SELECT] = REDIRECTION(line);
    registers[REGISTER_WINDOW] = (uint32_t)vector; /* fixed, physical, active high, an edge, not masked */
    return 0;
}

int interrupt_line_attach(unsigned line, interrupt_line_handler *handler, void *argument)
{
    struct attachment *attachment = &attachments[count];
    bool shared = false;
    int error;

    if (count == ATTACHMENTS)
        return -ENOSPC;
    for (unsigned i = 0; i < count; i++)
        shared |= attachments[i].line == line;
    *attachment = (struct attachment){line, handler, argument};
    count++;
    error = shared ? 0 : connect(line, attachment);
    if (error)
        count--;
    return error;
}
