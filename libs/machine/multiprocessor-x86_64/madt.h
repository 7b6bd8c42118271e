/*
 * The processors of a machine, as its firmware lists them (ACPI 6.4, 5.2.12: Multiple APIC Description
 * Table).
 *
 * multiprocessor_listed() puts the numbers of the local APICs of those that can be used into `ids`, at most
 * `most`, in the order of the table, each once, and returns how many. The table has `length` bytes, of which
 * none is trusted.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

size_t multiprocessor_listed(const void *table, size_t length, uint32_t *ids, size_t most);
