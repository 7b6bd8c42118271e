/* Where a PCI function says that its virtio registers are: virtio 1.2, section 4.1.4. */
#pragma once

#include <pci.h>
#include <virtio_transport.h>

/* Fills in where the registers of `function` are; false: they are not there, or not where they could be. */
bool virtio_pci_locate(struct virtio_device *device, const struct pci_function *function);
