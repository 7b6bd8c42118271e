/* PCI Express Base Specification 5.0, 7.2.2: 4 KiB for each function, in the order of the places. */
#include <acpi.h>
#include <device_memory.h>
#include <pci_configuration.h>

#define FUNCTION_SIZE 4096u
#define BUS_OF(place) ((place) >> 8)
#define NOTHING 0xffffffffu

/* PCI Firmware Specification 3.2, 4.1.2: entries of the table MCFG */
#define ENTRIES (ACPI_HEADER + 8)
#define ENTRY_SIZE 16u
#define ENTRY_SEGMENT 8
#define ENTRY_FIRST_BUS 10
#define ENTRY_LAST_BUS 11

static struct {
    uint64_t address; /* of the first bus; 0: none */
    uint8_t first;
    uint8_t last;
} area;

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

bool pci_configuration_ready(void)
{
    size_t length;
    const unsigned char *table = area.address ? NULL : acpi_table("MCFG", &length);

    for (size_t at = ENTRIES; table && !area.address && at + ENTRY_SIZE <= length; at += ENTRY_SIZE)
        if (get(table + at + ENTRY_SEGMENT, 2) == 0) {
            area.address = get(table + at, 8);
            area.first = table[at + ENTRY_FIRST_BUS];
            area.last = table[at + ENTRY_LAST_BUS];
        }
    return area.address;
}

static volatile uint32_t *registers(uint16_t place, unsigned offset)
{
    unsigned bus = BUS_OF(place);
    volatile char *function;

    if (bus < area.first || bus > area.last)
        return NULL;
    function = device_memory_map(area.address + (uint64_t)place * FUNCTION_SIZE, FUNCTION_SIZE);
    return function ? (volatile uint32_t *)(function + offset) : NULL;
}

uint32_t pci_configuration_read(uint16_t place, unsigned offset)
{
    volatile uint32_t *word = registers(place, offset);

    return word ? *word : NOTHING;
}

void pci_configuration_write(uint16_t place, unsigned offset, uint32_t value)
{
    volatile uint32_t *word = registers(place, offset);

    if (word)
        *word = value;
}
