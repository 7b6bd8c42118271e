/* PCI Local Bus Specification 3.0, 3.2.2.3.2: an address in one port, the register in the other. */
#include <pci_configuration.h>
#include <port_io.h>

#define ADDRESS_PORT 0xcf8
#define DATA_PORT 0xcfc
#define ADDRESS_ENABLED 0x80000000u

static void choose(uint16_t place, unsigned offset)
{
    port_write32(ADDRESS_PORT, ADDRESS_ENABLED | (uint32_t)place << 8 | offset);
}

bool pci_configuration_ready(void)
{
    return true;
}

uint32_t pci_configuration_read(uint16_t place, unsigned offset)
{
    choose(place, offset);
    return port_read32(DATA_PORT);
}

void pci_configuration_write(uint16_t place, unsigned offset, uint32_t value)
{
    choose(place, offset);
    port_write32(DATA_PORT, value);
}
