#include "pci_registers.h"

#include <pci.h>
#include <pci_configuration.h>

#define DEVICES 32
#define FUNCTIONS 8

static void each_on(unsigned bus, void (*visit)(uint16_t, uint32_t, void *), void *argument)
{
    for (unsigned device = 0; device < DEVICES; device++)
        for (unsigned number = 0; number < FUNCTIONS; number++) {
            uint16_t place = (uint16_t)(bus << 8 | device << 3 | number);
            uint32_t id = pci_configuration_read(place, PCI_ID), header, behind;

            if (id == PCI_NOTHING) {
                if (number == 0)
                    break;
                continue;
            }
            visit(place, id, argument);
            header = pci_configuration_read(place, PCI_HEADER);
            /* Behind a bridge are only buses of higher numbers, so this ends. */
            if ((header & PCI_HEADER_TYPE) == PCI_HEADER_BRIDGE) {
                behind = pci_configuration_read(place, PCI_BRIDGE_BUSES) >> 8 & 0xff;
                if (behind > bus)
                    each_on(behind, visit, argument);
            }
            if (number == 0 && !(header & PCI_HEADER_MULTIPLE))
                break;
        }
}

void pci_each(void (*visit)(uint16_t, uint32_t, void *), void *argument)
{
    if (pci_configuration_ready())
        each_on(0, visit, argument);
}

unsigned pci_capability(uint16_t place, unsigned id, unsigned after)
{
    unsigned offset;

    if (!(pci_configuration_read(place, PCI_COMMAND) & PCI_STATUS_CAPABILITIES))
        return 0;
    offset =
        after ? pci_configuration_read(place, after) >> 8 : pci_configuration_read(place, PCI_CAPABILITIES);
    for (int i = 0; i < PCI_CAPABILITIES_MOST; i++) {
        uint32_t word;

        offset &= 0xfc;
        if (offset == 0)
            return 0;
        word = pci_configuration_read(place, offset);
        if ((word & 0xff) == id)
            return offset;
        offset = word >> 8;
    }
    return 0;
}
