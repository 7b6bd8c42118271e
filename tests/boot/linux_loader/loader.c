/* Loads the ELF image that is the only module, and fills in boot_params at 0x7000
 * (Documentation/arch/x86/zero-page.rst). */
#include <elf.h>
#include <stdint.h>

#define PARAMS 0x7000
#define COMMAND_LINE 0x20000

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, map;
    uint32_t map_count;
};

struct map_entry {
    uint64_t start, size;
    uint32_t type, reserved;
};

static void copy(void *to, const void *from, uint64_t size)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

static void fill(void *to, int byte, uint64_t size)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
}

/* Returns the image's entry point. What the image must clear itself is filled with a pattern that would be
 * noticed. */
uint64_t load(const struct start_info *info)
{
    const uint8_t *file = *(const uint8_t **)info->modules;
    const Elf64_Ehdr *elf = (const void *)file;
    const Elf64_Phdr *segment = (const void *)(file + elf->e_phoff);
    const struct map_entry *map = (const void *)info->map;
    uint8_t *params = (uint8_t *)PARAMS;
    const char *text = (const char *)info->command_line;
    uint64_t len = 0;

    while (text[len++] != '\0')
        ;
    copy((void *)COMMAND_LINE, text, len);
    fill(params, 0, 4096);
    for (uint32_t i = 0; i < info->map_count; i++)
        copy(params + 0x2d0 + 20 * i, &map[i], 20);
    params[0x1e8] = (uint8_t)info->map_count;
    *(uint16_t *)(params + 0x1fe) = 0xaa55;
    *(uint32_t *)(params + 0x202) = 0x53726448;
    *(uint32_t *)(params + 0x228) = COMMAND_LINE;
    for (int i = 0; i < elf->e_phnum; i++, segment++)
        if (segment->p_type == PT_LOAD) {
            uint8_t *to = (uint8_t *)segment->p_paddr;

            copy(to, file + segment->p_offset, segment->p_filesz);
            fill(to + segment->p_filesz, 0xa5, segment->p_memsz - segment->p_filesz);
        }
    return elf->e_entry;
}
