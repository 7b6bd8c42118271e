/*
 * ACPI tables (ACPI 6.4). They are the firmware's, and untrusted: sums and lengths are checked.
 *
 * acpi_table() returns the first table of a signature, as a whole, and how many bytes it has, at least
 * ACPI_HEADER; NULL: there is none, or it is damaged. DSDT is found, too. It stays for good.
 *
 * acpi_device() looks for devices with a hardware identifier, a text, in code: the DSDT's or that of another
 * table. It does not run the code, but takes the resources that are written down plainly behind the
 * identifier: a range of memory and an interrupt. `*position` is where to begin, 0 at first, and is moved on.
 * It returns whether there was one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_HEADER 36u /* bytes: 5.2.6 */

struct acpi_device {
    uint32_t address;
    uint32_t size; /* bytes; not 0 */
    uint32_t line; /* a global system interrupt */
};

const void *acpi_table(const char *signature, size_t *length);
bool acpi_device(const void *code, size_t length, size_t *position, const char *identifier,
                 struct acpi_device *device);
