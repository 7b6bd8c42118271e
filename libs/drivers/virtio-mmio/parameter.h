/*
 * A device on the command line: `virtio_mmio.device=SIZE@ADDRESS:LINE` or with `:ID` behind it, which is not
 * used (Linux, Documentation/admin-guide/kernel-parameters.txt). Numbers are decimal, or hexadecimal behind
 * 0x; SIZE may end with K or M. False: it is not of that form, or something does not fit.
 */
#pragma once

#include <acpi.h>
#include <stdbool.h>

bool virtio_mmio_parameter(const char *text, struct acpi_device *device);
