/* MSI-X: PCI Local Bus Specification 3.0, 6.8.2. */
#include "pci_registers.h"

#include <errno.h>
#include <pci.h>
#include <pci_configuration.h>

#define MSIX_TABLE                                                                                           \
    4 /* from the capability: offset, and in the lowest three bits which base address register */
#define MSIX_SIZE 12 /* bytes of the capability */
#define MSIX_TABLE_BAR 7u
#define MSIX_COUNT(word) (((word) >> 16 & 0x7ff) + 1)
#define MSIX_ENABLE 0x80000000u
#define MSIX_ALL_MASKED 0x40000000u

#define ENTRY_WORDS 4 /* address, its upper half, data, control */
#define ENTRY_MASKED 1u

int pci_msix_open(struct pci_msix *msix, const struct pci_function *function)
{
    unsigned capability = pci_capability(function->place, PCI_CAPABILITY_MSIX, 0);
    uint32_t where;

    if (!capability || capability > PCI_CONFIGURATION_SIZE - MSIX_SIZE)
        return -ENODEV;
    where = pci_configuration_read(function->place, capability + MSIX_TABLE);
    *msix = (struct pci_msix){
        .count = (uint16_t)MSIX_COUNT(pci_configuration_read(function->place, capability)),
        .place = function->place,
        .capability = (uint8_t)capability,
    };
    msix->table = pci_map(function, where & MSIX_TABLE_BAR, where & ~MSIX_TABLE_BAR,
                          msix->count * ENTRY_WORDS * (uint32_t)sizeof *msix->table);
    return msix->table ? 0 : -ENOMEM;
}

int pci_msix_attach(const struct pci_msix *msix, unsigned entry, interrupts_handler *handler, void *argument)
{
    volatile uint32_t *words = msix->table + entry * ENTRY_WORDS;
    struct interrupt_message message;
    int error = interrupt_message_attach(handler, argument, &message);

    if (error)
        return error;
    words[0] = (uint32_t)message.address;
    words[1] = (uint32_t)(message.address >> 32);
    words[2] = message.data;
    words[3] &= ~ENTRY_MASKED;
    return 0;
}

void pci_msix_enable(const struct pci_msix *msix)
{
    uint32_t word = pci_configuration_read(msix->place, msix->capability);

    pci_configuration_write(msix->place, msix->capability, (word | MSIX_ENABLE) & ~MSIX_ALL_MASKED);
}
