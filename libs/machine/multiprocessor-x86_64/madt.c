#include "madt.h"

/* ACPI 6.4, table 5.43: behind the header come the address of the local APICs and flags, then the entries,
 * each with its type and its length. */
#define ENTRIES 44u
#define ENTRY_LENGTH 1
#define ENTRY_HEADER 2u

/* Table 5.45: a processor and its local APIC. */
#define LOCAL_APIC 0
#define LOCAL_APIC_ID 3
#define LOCAL_APIC_FLAGS 4
#define LOCAL_APIC_BYTES 8u
#define LOCAL_APIC_NOBODY 0xff

/* Table 5.57: the same, with a number of 32 bits. */
#define LOCAL_X2APIC 9
#define LOCAL_X2APIC_ID 4
#define LOCAL_X2APIC_FLAGS 8
#define LOCAL_X2APIC_BYTES 16u

#define ENABLED 1u /* table 5.46: ready for use; others could be put in later */

static uint32_t get32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static size_t add(uint32_t *ids, size_t count, size_t most, uint32_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return count;
    if (count < most)
        ids[count++] = id;
    return count;
}

size_t multiprocessor_listed(const void *table, size_t length, uint32_t *ids, size_t most)
{
    const unsigned char *bytes = table;
    size_t count = 0, size;

    for (size_t at = ENTRIES; at < length && length - at >= ENTRY_HEADER; at += size) {
        const unsigned char *entry = bytes + at;

        size = entry[ENTRY_LENGTH];
        if (size < ENTRY_HEADER || size > length - at)
            break;
        if (entry[0] == LOCAL_APIC && size >= LOCAL_APIC_BYTES) {
            if ((get32(entry + LOCAL_APIC_FLAGS) & ENABLED) && entry[LOCAL_APIC_ID] != LOCAL_APIC_NOBODY)
                count = add(ids, count, most, entry[LOCAL_APIC_ID]);
        } else if (entry[0] == LOCAL_X2APIC && size >= LOCAL_X2APIC_BYTES) {
            if (get32(entry + LOCAL_X2APIC_FLAGS) & ENABLED)
                count = add(ids, count, most, get32(entry + LOCAL_X2APIC_ID));
        }
    }
    return count;
}
