#include "boot_protocol.h"
#include "ranges.h"

/* Xen, public/arch-x86/hvm/start_info.h. Fields from memory_map on are there from version 1. Packed, because
 * no loader promises an alignment. */
struct start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules;
    uint64_t command_line;
    uint64_t rsdp;
    uint64_t memory_map;
    uint32_t memory_map_count;
    uint32_t reserved;
} __attribute__((packed));

struct module {
    uint64_t address;
    uint64_t size;
    uint64_t command_line;
    uint64_t reserved;
} __attribute__((packed));

struct memory_entry {
    uint64_t address;
    uint64_t size;
    uint32_t type; /* as in ACPI 6.4, table 15.4 */
    uint32_t reserved;
} __attribute__((packed));

#define START_INFO_MAGIC 0x336ec578u

/* Two passes, for what is reserved wins where entries overlap. */
static void read_map(const struct memory_entry *map, uint32_t count, struct boot_info *info)
{
    for (uint32_t i = 0; i < count; i++)
        if (map[i].type == BOOT_MEMORY_RAM && map[i].size <= UINT64_MAX - map[i].address)
            boot_ranges_add(info, map[i].address, map[i].address + map[i].size);
    for (uint32_t i = 0; i < count; i++)
        if (map[i].type != BOOT_MEMORY_RAM && map[i].size <= UINT64_MAX - map[i].address)
            boot_ranges_remove(info, map[i].address, map[i].address + map[i].size);
}

const char *boot_pvh(uint64_t address, struct boot_info *info)
{
    const struct start_info *start = boot_reach(address, sizeof *start);
    const struct memory_entry *map;
    const struct module *initrd = NULL;

    if (!start || start->magic != START_INFO_MAGIC)
        return "PVH start info not found";
    if (start->version < 1 || start->memory_map_count == 0)
        return "PVH start info holds no memory map";
    if (start->memory_map_count > BOOT_MEMORY_MAP_MAX)
        return "PVH memory map has more than 128 entries";
    map = boot_reach(start->memory_map, start->memory_map_count * sizeof *map);
    if (!map)
        return "PVH memory map out of reach";
    read_map(map, start->memory_map_count, info);
    if (start->module_count > 0) {
        initrd = boot_reach(start->modules, sizeof *initrd);
        if (!initrd)
            return "PVH module list out of reach";
    }
    return boot_strings(info, start->command_line, initrd ? initrd->address : 0, initrd ? initrd->size : 0);
}
