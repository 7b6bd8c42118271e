/* What the processor's registers for tables of descriptors point to. */
#pragma once

#include <stdint.h>

#define TRAP_CODE_SELECTOR 0x08  /* in the table that traps_init() loads */
#define TRAP_GATE_INTERRUPT 0x8e /* present, for ring 0, interrupts off inside */

/* Intel SDM volume 3, 6.14.1 */
struct trap_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

/* What LGDT and LIDT load, and SGDT and SIDT store: the last byte of a table, and where it begins. */
struct trap_table {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));
