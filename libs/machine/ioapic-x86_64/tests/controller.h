/* What stands for an I/O APIC: registers behind two words, and a table of the firmware's. */
#pragma once

#include <acpi.h>
#include <assert.h>
#include <device_memory.h>
#include <interrupt_line.h>
#include <interrupts.h>
#include <stdint.h>
#include <string.h>

#include "../ioapic.c"

static const unsigned char *table; /* NULL: none */
static size_t table_length;
static volatile uint32_t window[8]; /* the last value written, or what the version says */
static uint32_t mapped;
static interrupts_handler *attached;
static void *attached_argument;
static unsigned vectors;

const void *acpi_table(const char *signature, size_t *length)
{
    assert(memcmp(signature, "APIC", 4) == 0);
    *length = table_length;
    return table;
}

volatile void *device_memory_map(uint64_t physical, size_t size)
{
    assert(size == REGISTERS);
    mapped = (uint32_t)physical;
    window[REGISTER_WINDOW] = 23u << 16; /* 24 lines */
    return window;
}

int interrupts_attach(interrupts_handler *handler, void *argument)
{
    attached = handler;
    attached_argument = argument;
    return (int)(0x40 + vectors++);
}
