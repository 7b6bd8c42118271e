/* Any bytes as the tables of a firmware whose pointer and sums are right, and as the code of one. */
// instead: ../acpi_table.c ../acpi_device.c
// max-len: 1024
// runs: 2000
#include "memory.h"

#define ROOT 0xfff00u
#define START 0xe0000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const signatures[] = {"APIC", "MCFG", "DSDT", "FACP"};
    struct acpi_device device;
    size_t length, position = 0;
    const void *table;

    memset(memory, 0, sizeof memory);
    memcpy(memory + (START - LOW), data, size);
    put_root(ROOT, START, size > 0 && data[0] & 1 ? START : 0);
    /* The lists, and what stands at multiples of 64 bytes. */
    for (uint32_t at = START; at + ACPI_HEADER <= START + size; at += 64) {
        uint32_t claimed = memory[at + 4 - LOW] | (uint32_t)memory[at + 5 - LOW] << 8;

        if (claimed >= ACPI_HEADER && claimed <= 0x2000)
            seal(at, claimed, 9);
    }
    for (unsigned i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        table = acpi_table(signatures[i], &length);
        assert(!table || (length >= ACPI_HEADER && memcmp(table, signatures[i], 4) == 0));
        unmap_all();
    }
    while (acpi_device(data, size, &position, "LNRO0005", &device))
        assert(device.size > 0 && position <= size);
    return 0;
}
