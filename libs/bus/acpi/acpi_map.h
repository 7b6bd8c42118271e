/*
 * Makes [address, address + length) of the firmware's memory readable; NULL if that cannot be. Tests bring
 * their own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

const void *acpi_map(uint64_t address, size_t length);
