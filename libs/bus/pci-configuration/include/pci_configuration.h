/*
 * Configuration registers of PCI functions.
 *
 * A function is named by its place: bus << 8 | device << 3 | function. `offset` is in bytes, a multiple of 4,
 * below 256. A read of what is not there gives all ones; a write there does nothing.
 *
 * pci_configuration_ready() says whether there is a PCI bus at all. It is asked before anything else is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool pci_configuration_ready(void);
uint32_t pci_configuration_read(uint16_t place, unsigned offset);
void pci_configuration_write(uint16_t place, unsigned offset, uint32_t value);
