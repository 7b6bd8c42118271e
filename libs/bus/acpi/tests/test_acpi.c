// instead: ../acpi_table.c ../acpi_device.c
#include "memory.h"

#define ROOT 0xf5430u
#define LIST 0xe0000u
#define MADT 0xe1000u
#define FADT 0xe2000u
#define CODE 0xe3000u

static const unsigned char *table(const char *signature, size_t *length)
{
    unmap_all();
    return acpi_table(signature, length);
}

static void tables(void)
{
    unsigned char fixed[232] = {0}; /* up to X_DSDT */
    uint32_t list[6] = {MADT, 0, FADT, 0, 0x12345678, 0};
    uint32_t short_list[2] = {MADT, FADT};
    size_t length;

    assert(!table("APIC", &length));
    put_table(LIST, "XSDT", list, sizeof list);
    put_table(MADT, "APIC", "madt", 4);
    fixed[40 - ACPI_HEADER + 1] = CODE >> 8 & 0xff;
    fixed[40 - ACPI_HEADER + 2] = CODE >> 16;
    put_table(FADT, "FACP", fixed, 116 - ACPI_HEADER);
    put_table(CODE, "DSDT", "code", 5);
    put_root(ROOT, 0, LIST);

    assert(table("APIC", &length) && length == ACPI_HEADER + 4);
    assert(memcmp(table("DSDT", &length) + ACPI_HEADER, "code", 5) == 0 && length == ACPI_HEADER + 5);
    assert(!table("MCFG", &length) && !table("FOO", &length));

    /* The address of 64 bits is the better one, if it is there. */
    memcpy(fixed + 140 - ACPI_HEADER, fixed + 40 - ACPI_HEADER, 4);
    memset(fixed + 40 - ACPI_HEADER, 0xff, 4);
    put_table(FADT, "FACP", fixed, sizeof fixed);
    assert(table("DSDT", &length));

    /* Only the older list; only the older pointer. */
    put_table(LIST, "RSDT", short_list, sizeof short_list);
    put_root(ROOT, LIST, 0);
    assert(table("APIC", &length) && table("DSDT", &length));
    put_root(ROOT, LIST, 0xe8000);
    assert(table("APIC", &length));

    /* Damage: a sum, a length, a list that ends within an entry. */
    memory[MADT + 40 - 4 - LOW] ^= 1;
    assert(!table("APIC", &length));
    memory[MADT + 40 - 4 - LOW] ^= 1;
    assert(table("APIC", &length));
    put32(MADT + 4, ACPI_HEADER - 1);
    assert(!table("APIC", &length));
    put32(MADT + 4, 0xffffffff);
    assert(!table("APIC", &length));
    put_table(MADT, "APIC", "madt", 4);
    put_table(LIST, "RSDT", short_list, 7);
    assert(table("APIC", &length) && !table("DSDT", &length));
    memory[ROOT - LOW + 8] ^= 1;
    assert(!table("APIC", &length));
    memory[ROOT - LOW + 8] ^= 1;
    memory[ROOT - LOW] = 'X';
    assert(!table("APIC", &length));
    unmap_all();
}

/* AML as compilers write it: Device (NAME) {Name (_HID, ...) Name (_UID, ...) Name (_CRS, ResourceTemplate
 * {...})}. */
#define DEVICE                                                                                               \
    "\x5b\x82\x42\x04"                                                                                       \
    "DEV0"
#define HID(text) "\x08_HID\x0d" text "\0"
#define UID "\x08_UID\x0a\x17"
#define MEMORY "\x86\x09\x00\x01\x00\x2e\xb0\xfe\x00\x02\x00\x00"
#define LINE "\x89\x06\x00\x01\x01\x2f\x00\x00\x00"
#define END "\x79\x00"
#define CRS(size) "\x08_CRS\x11\x1a\x0a" size
#define ID "LNRO0005"

static bool find(const char *code, size_t length, struct acpi_device *device, unsigned number)
{
    char *exact = malloc(length);
    size_t position = 0;
    bool found = true;

    memcpy(exact, code, length);
    for (unsigned i = 0; found && i <= number; i++)
        found = acpi_device(exact, length, &position, ID, device);
    free(exact);
    return found;
}

static void devices(void)
{
    static const char one[] = DEVICE HID(ID) UID CRS("\x17") MEMORY LINE END;
    static const char longer[] = DEVICE HID(ID) "\x08_CRS\x11\x4b\x02\x0b\x28\x01" MEMORY LINE END;
    static const char others[] = DEVICE HID("QEMU0002") CRS("\x17") MEMORY LINE END DEVICE HID("LNRO00055")
        CRS("\x17") MEMORY LINE END DEVICE HID(ID) CRS("\x17") MEMORY LINE END;
    static const char two[] = DEVICE HID(ID) DEVICE HID("ACPI0013") CRS("\x17") MEMORY LINE END DEVICE HID(ID)
        UID CRS("\x17") "\x47\x01\xf8\x03\xf8\x03\x00\x08" MEMORY "\x22\x10\x00" LINE END;
    static const char no_line[] = DEVICE HID(ID) CRS("\x17") MEMORY END;
    static const char no_count[] =
        DEVICE HID(ID) CRS("\x17") MEMORY "\x89\x06\x00\x01\x00\x2f\x00\x00\x00" END;
    static const char no_size[] =
        DEVICE HID(ID) CRS("\x17") "\x86\x09\x00\x01\x00\x2e\xb0\xfe\x00\x00\x00\x00" LINE END;
    static const char number[] = DEVICE HID(ID) "\x08_CRS\x11\x1a\x0c\x17\x00\x00\x00" MEMORY LINE END;
    struct acpi_device device;

    assert(find(one, sizeof one, &device, 0));
    assert(device.address == 0xfeb02e00 && device.size == 0x200 && device.line == 47);
    assert(!find(one, sizeof one, &device, 1));
    assert(find(longer, sizeof longer, &device, 0) && device.line == 47);
    assert(find(others, sizeof others, &device, 0) && !find(others, sizeof others, &device, 1));
    assert(find(two, sizeof two, &device, 0) && device.address == 0xfeb02e00 &&
           !find(two, sizeof two, &device, 1));
    assert(!find(no_line, sizeof no_line, &device, 0) && !find(no_count, sizeof no_count, &device, 0));
    assert(!find(no_size, sizeof no_size, &device, 0) && !find(number, sizeof number, &device, 0));
    /* Wherever it is cut, nothing behind is read. */
    for (size_t length = 1; length < sizeof one - 12; length++)
        assert(!find(one, length, &device, 0));
}

int main(void)
{
    tables();
    devices();
    return 0;
}
