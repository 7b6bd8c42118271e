/*
 * Regions of shared memory that a virtio device offers (virtio 1.2, section 2.10): of each device the one
 * whose number is 0, as no type of device has another that is used here.
 *
 * A transport calls virtio_shared_memory_note() before it tells a driver that it has found a device: where
 * the device says that the region is. Whether that lies in what is the device's own is the transport's to
 * check, as far as it knows. Size 0: there is none.
 *
 * virtio_shared_memory() is called by the driver while it is told of the device: whole pages, at an address
 * that a page can have, outside the image and its memory. Returns its size in bytes, 0: there is none, or
 * none that can be used. It is not mapped yet.
 */
#pragma once

#include <stdint.h>
#include <virtio_transport.h>

void virtio_shared_memory_note(const struct virtio_device *device, uint64_t address, uint64_t size);
uint64_t virtio_shared_memory(const struct virtio_device *device, uint64_t *address);
