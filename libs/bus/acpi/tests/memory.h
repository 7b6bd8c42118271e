/*
 * The firmware's memory for tests: tables are put where a PC has them. Each piece that is mapped is a block
 * of its own, so that whatever reads beyond it is caught.
 */
#pragma once

#include "../acpi_map.h"

#include <acpi.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOW 0xd0000u
#define HIGH 0x100000u

static unsigned char memory[HIGH - LOW];
static void *mapped[256];
static unsigned mapped_count;

const void *acpi_map(uint64_t address, size_t length)
{
    void *block;

    if (address < LOW || address >= HIGH || length > HIGH - address || mapped_count == 256)
        return NULL;
    block = malloc(length);
    mapped[mapped_count++] = block;
    return memcpy(block, memory + (address - LOW), length);
}

static void unmap_all(void)
{
    while (mapped_count > 0)
        free(mapped[--mapped_count]);
}

static void put32(uint32_t address, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        memory[address - LOW + i] = (unsigned char)(value >> 8 * i);
}

/* Makes the bytes of a range sum to zero by the one at `place`. */
static void seal(uint32_t address, size_t length, size_t place)
{
    unsigned char sum = 0;

    memory[address - LOW + place] = 0;
    for (size_t i = 0; i < length; i++)
        sum = (unsigned char)(sum + memory[address - LOW + i]);
    memory[address - LOW + place] = (unsigned char)-sum;
}

static inline void put_table(uint32_t address, const char *signature, const void *body, size_t length)
{
    memcpy(memory + (address - LOW), signature, 4);
    put32(address + 4, (uint32_t)(ACPI_HEADER + length));
    memcpy(memory + (address - LOW) + ACPI_HEADER, body, length);
    seal(address, ACPI_HEADER + length, 9);
}

/* The pointer to the list of tables: an RSDT, and with `extended` an XSDT, too. */
static void put_root(uint32_t address, uint32_t rsdt, uint32_t xsdt)
{
    memcpy(memory + (address - LOW), "RSD PTR ", 8);
    memory[address - LOW + 15] = xsdt ? 2 : 0;
    put32(address + 16, rsdt);
    put32(address + 24, xsdt);
    seal(address, 20, 8);
}
