/* Configuration registers that this library reads and writes: PCI Local Bus Specification 3.0, 6.1 and 6.2,
 * and the PCI-to-PCI Bridge Architecture Specification 1.2, 3.2. Offsets are those of 32-bit words. */
#pragma once

#define PCI_ID 0x00
#define PCI_NOTHING 0xffffffffu
#define PCI_COMMAND 0x04 /* and in the upper half the status */
#define PCI_COMMAND_MEMORY 0x2u
#define PCI_COMMAND_MASTER 0x4u
#define PCI_COMMAND_NO_LINE 0x400u /* "interrupt disable": it has no use for a line */
#define PCI_STATUS_CAPABILITIES (0x10u << 16)
#define PCI_HEADER 0x0c
#define PCI_HEADER_BRIDGE (1u << 16) /* of the seven bits of the type, the one that counts */
#define PCI_HEADER_TYPE (0x7fu << 16)
#define PCI_HEADER_MULTIPLE (0x80u << 16)
#define PCI_BAR 0x10
#define PCI_BAR_IO 0x1u
#define PCI_BAR_TYPE 0x6u
#define PCI_BAR_64 0x4u
#define PCI_BAR_FLAGS 0xfu
#define PCI_BRIDGE_BUSES 0x18 /* a byte each: its own, the one behind, the last one behind */
#define PCI_CAPABILITIES 0x34
