#include "acpi_map.h"

#include <acpi.h>

/* 5.2.5.1: on a PC it lies in the last 128 KiB below 1 MiB, at a multiple of 16. */
#define SEARCH_START 0xe0000u
#define SEARCH_END 0x100000u
#define SEARCH_STEP 16u

/* 5.2.5.3: Root System Description Pointer */
#define RSDP_SIZE 36u
#define RSDP_SUMMED 20u /* bytes, of version 0 and the first sum of later ones */
#define RSDP_REVISION 15
#define RSDP_RSDT 16
#define RSDP_XSDT 24
#define RSDP_HAS_XSDT 2

#define TABLE_LENGTH 4       /* 5.2.6 */
#define TABLE_MOST 0x100000u /* bytes; no sane one is as large */

/* 5.2.9: Fixed ACPI Description Table */
#define FADT_DSDT 40
#define FADT_X_DSDT 140

static uint32_t get32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t get64(const unsigned char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static bool sums_to_zero(const unsigned char *at, size_t length)
{
    unsigned char sum = 0;

    while (length-- > 0)
        sum = (unsigned char)(sum + *at++);
    return sum == 0;
}

static bool has_text(const unsigned char *at, const char *text)
{
    for (; *text; at++, text++)
        if (*at != (unsigned char)*text)
            return false;
    return true;
}

/* The whole table at an address, if it has this signature; NULL if not. */
static const unsigned char *table_at(uint64_t address, const char *signature, size_t *length)
{
    const unsigned char *table = address ? acpi_map(address, ACPI_HEADER) : NULL;

    if (!table || !has_text(table, signature))
        return NULL;
    *length = get32(table + TABLE_LENGTH);
    if (*length < ACPI_HEADER || *length > TABLE_MOST)
        return NULL;
    table = acpi_map(address, *length);
    return table && sums_to_zero(table, *length) ? table : NULL;
}

static const unsigned char *find_root(void)
{
    const unsigned char *area = acpi_map(SEARCH_START, SEARCH_END - SEARCH_START);

    if (!area)
        return NULL;
    for (size_t at = 0; at <= SEARCH_END - SEARCH_START - RSDP_SIZE; at += SEARCH_STEP)
        if (has_text(area + at, "RSD PTR ") && sums_to_zero(area + at, RSDP_SUMMED))
            return area + at;
    return NULL;
}

/* The entries of the list of tables are addresses of 8 bytes in the XSDT, of 4 in the RSDT. */
static const unsigned char *listed(const char *signature, size_t *length)
{
    const unsigned char *root = find_root(), *list = NULL, *table;
    size_t size, width = 8;

    if (!root)
        return NULL;
    if (root[RSDP_REVISION] >= RSDP_HAS_XSDT)
        list = table_at(get64(root + RSDP_XSDT), "XSDT", &size);
    if (!list) {
        width = 4;
        list = table_at(get32(root + RSDP_RSDT), "RSDT", &size);
    }
    for (size_t at = ACPI_HEADER; list && at + width <= size; at += width) {
        table = table_at(width == 8 ? get64(list + at) : get32(list + at), signature, length);
        if (table)
            return table;
    }
    return NULL;
}

const void *acpi_table(const char *signature, size_t *length)
{
    const unsigned char *fixed, *table = NULL;
    size_t size;

    if (!has_text((const unsigned char *)signature, "DSDT"))
        return listed(signature, length);
    fixed = listed("FACP", &size);
    if (fixed && size >= FADT_X_DSDT + 8)
        table = table_at(get64(fixed + FADT_X_DSDT), signature, length);
    if (!table && fixed && size >= FADT_DSDT + 4)
        table = table_at(get32(fixed + FADT_DSDT), signature, length);
    return table;
}
