/*
 * PCI functions.
 *
 * A function is named by its place (pci_configuration.h). What its registers say is untrusted: lists end, and
 * offsets are checked against the sizes of what they lie in.
 *
 * pci_each() calls `visit` for each function of the bus 0 and of those behind bridges that the firmware has
 * set up, in order of their places, with the identifiers: the vendor in the lower half, the device in the
 * upper.
 *
 * pci_capability() returns the offset of the first capability `id` behind the one at `after` (0: from the
 * beginning), 0 if there is none. A list may lead back to where it was: who looks for all of them stops after
 * PCI_CAPABILITIES_MOST, and reads nothing at or behind PCI_CONFIGURATION_SIZE.
 *
 * pci_open() finds out where the memory of a function is and how large, gives addresses to what has none, and
 * lets the function answer and reach memory by itself (bus master). Its result describes the function and may
 * be copied. -ENOMEM: a place could not be found for some of its memory, which then cannot be mapped.
 *
 * pci_map() makes `length` bytes (not 0) from `offset` of a base address register (0 to 5) usable. NULL: they
 * do not lie in it, it does not exist, it is one for I/O ports, or there is no memory for a page table.
 *
 * pci_msix_open() finds the table of MSI-X vectors and how many there are: -ENODEV if there are none,
 * -ENOMEM. pci_msix_attach() makes `handler` be called for the vector `entry`, which must be less than
 * `count` (interrupts.h); -ENOSPC. pci_msix_enable() starts it all.
 */
#pragma once

#include <interrupt_message.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_BARS 6
#define PCI_CONFIGURATION_SIZE 256 /* bytes of registers that every function has */
#define PCI_CAPABILITIES_MOST 48   /* of 4 bytes, behind a header of 64: more do not fit */

/* PCI Local Bus Specification 3.0, appendix H */
#define PCI_CAPABILITY_VENDOR 0x09
#define PCI_CAPABILITY_MSIX 0x11

struct pci_function {
    uint16_t place;
    struct {
        uint64_t address;
        uint64_t size; /* 0: none */
    } bars[PCI_BARS];
};

struct pci_msix {
    volatile uint32_t *table;
    uint16_t count;
    uint16_t place;
    uint8_t capability;
};

void pci_each(void (*visit)(uint16_t place, uint32_t id, void *argument), void *argument);
unsigned pci_capability(uint16_t place, unsigned id, unsigned after);
void pci_open(struct pci_function *function, uint16_t place);
volatile void *pci_map(const struct pci_function *function, unsigned bar, uint64_t offset, uint32_t length);
int pci_msix_open(struct pci_msix *msix, const struct pci_function *function);
int pci_msix_attach(const struct pci_msix *msix, unsigned entry, interrupts_handler *handler, void *argument);
void pci_msix_enable(const struct pci_msix *msix);
