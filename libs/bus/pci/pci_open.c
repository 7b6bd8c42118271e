#include "pci_registers.h"

#include <device_memory.h>
#include <log.h>
#include <pci.h>
#include <pci_configuration.h>

/*
 * Where there is room for the memory of functions that the firmware gave none: qboot gives none at all. On
 * QEMU's q35 and on microvm with PCI, memory and q35's configuration registers end below, and those of
 * microvm begin above; a firmware that does assign addresses begins at 4 GiB and goes down.
 */
#define WINDOW_START 0xc0000000u
#define WINDOW_END 0xe0000000u
#define PAGE 4096u /* no two functions share one */

static uint64_t window = WINDOW_START;

static uint64_t find_room(uint64_t size)
{
    uint64_t granule = size < PAGE ? PAGE : size;
    uint64_t address = (window + granule - 1) & ~(granule - 1);

    if (address > WINDOW_END || granule > WINDOW_END - address)
        return 0;
    window = address + granule;
    return address;
}

/* One register, or the two that a 64-bit one takes. Which bits can be set says the size (6.2.5.1). */
static int open_bar(struct pci_function *function, unsigned number)
{
    unsigned offset = PCI_BAR + 4 * number;
    uint32_t low = pci_configuration_read(function->place, offset), high = 0;
    uint64_t mask, address;
    bool wide = (low & PCI_BAR_TYPE) == PCI_BAR_64 && number + 1 < PCI_BARS;

    if (low & PCI_BAR_IO)
        return 0;
    pci_configuration_write(function->place, offset, PCI_NOTHING);
    mask = pci_configuration_read(function->place, offset) & ~(uint64_t)PCI_BAR_FLAGS;
    if (wide) {
        high = pci_configuration_read(function->place, offset + 4);
        pci_configuration_write(function->place, offset + 4, PCI_NOTHING);
        mask |= (uint64_t)pci_configuration_read(function->place, offset + 4) << 32;
    } else if (mask) {
        mask |= (uint64_t)UINT32_MAX << 32;
    }
    address = (uint64_t)high << 32 | (low & ~PCI_BAR_FLAGS);
    if (mask && !address) {
        address = find_room(mask & -mask);
        if (!address) {
            log_write(LOG_ERROR, "pci: no room for register %u of function %x", number, function->place);
            mask = 0;
        }
    }
    pci_configuration_write(function->place, offset, (uint32_t)address);
    if (wide)
        pci_configuration_write(function->place, offset + 4, (uint32_t)(address >> 32));
    function->bars[number].address = address;
    function->bars[number].size = mask & -mask;
    return wide ? 1 : 0;
}

void pci_open(struct pci_function *function, uint16_t place)
{
    uint32_t command = pci_configuration_read(place, PCI_COMMAND) & 0xffff;

    *function = (struct pci_function){.place = place};
    pci_configuration_write(place, PCI_COMMAND, command & ~PCI_COMMAND_MEMORY);
    for (unsigned number = 0; number < PCI_BARS; number++)
        number += (unsigned)open_bar(function, number);
    pci_configuration_write(place, PCI_COMMAND,
                            command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_NO_LINE);
}

volatile void *pci_map(const struct pci_function *function, unsigned bar, uint64_t offset, uint32_t length)
{
    if (bar >= PCI_BARS || length == 0 || offset > function->bars[bar].size ||
        length > function->bars[bar].size - offset)
        return NULL;
    return device_memory_map(function->bars[bar].address + offset, length);
}
