#include "boot_protocol.h"
#include "ranges.h"

/*
 * The parts of Linux's struct boot_params (Documentation/arch/x86/boot.rst and zero-page.rst) that are used.
 * Byte arrays keep the offsets, which are not aligned.
 */
struct boot_params {
    uint8_t unused_0[0x0c0];
    uint32_t initrd_high;       /* 0x0c0: ext_ramdisk_image */
    uint32_t initrd_size_high;  /* 0x0c4: ext_ramdisk_size */
    uint32_t command_line_high; /* 0x0c8: ext_cmd_line_ptr */
    uint8_t unused_1[0x1e8 - 0x0cc];
    uint8_t memory_map_count; /* 0x1e8: e820_entries */
    uint8_t unused_2[0x202 - 0x1e9];
    uint32_t magic; /* 0x202: header */
    uint8_t unused_3[0x218 - 0x206];
    uint32_t initrd;      /* 0x218: ramdisk_image */
    uint32_t initrd_size; /* 0x21c: ramdisk_size */
    uint8_t unused_4[0x228 - 0x220];
    uint32_t command_line; /* 0x228: cmd_line_ptr */
    uint8_t unused_5[0x2d0 - 0x22c];
    struct memory_entry {
        uint64_t address;
        uint64_t size;
        uint32_t type;
    } __attribute__((packed)) memory_map[BOOT_MEMORY_MAP_MAX]; /* 0x2d0: e820_table */
} __attribute__((packed));

_Static_assert(offsetof(struct boot_params, memory_map) == 0x2d0, "zero-page.rst");

#define HEADER_MAGIC 0x53726448u /* "HdrS" */

static uint64_t join(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

const char *boot_linux(uint64_t address, struct boot_info *info)
{
    const struct boot_params *params = boot_reach(address, sizeof *params);

    if (!params || params->magic != HEADER_MAGIC)
        return "Linux boot parameters not found";
    if (params->memory_map_count == 0 || params->memory_map_count > BOOT_MEMORY_MAP_MAX)
        return "Linux boot parameters hold no memory map of 1 to 128 entries";
    /* Two passes, for what is reserved wins where entries overlap. */
    for (int usable = 1; usable >= 0; usable--)
        for (unsigned i = 0; i < params->memory_map_count; i++) {
            struct memory_entry entry = params->memory_map[i];

            if ((entry.type == BOOT_MEMORY_RAM) != usable || entry.size > UINT64_MAX - entry.address)
                continue;
            if (usable)
                boot_ranges_add(info, entry.address, entry.address + entry.size);
            else
                boot_ranges_remove(info, entry.address, entry.address + entry.size);
        }
    return boot_strings(info, join(params->command_line_high, params->command_line),
                        join(params->initrd_high, params->initrd),
                        join(params->initrd_size_high, params->initrd_size));
}
