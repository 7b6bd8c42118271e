// instead: ../vdso_find.c
#include "../vdso_find.h"

#include <assert.h>
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

/* Every function that this machine's own object exports is found, at the address its symbol table says. */
static unsigned all_of_the_host(const char *image)
{
    const ElfW(Ehdr) *header = (const void *)image;
    const ElfW(Shdr) *sections = (const void *)(image + header->e_shoff);
    unsigned found = 0;

    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_DYNSYM)
            continue;
        const ElfW(Sym) *symbols = (const void *)(image + sections[i].sh_offset);
        const char *strings = image + sections[sections[i].sh_link].sh_offset;
        for (size_t s = 1; s < sections[i].sh_size / sizeof(*symbols); s++) {
            if (symbols[s].st_shndx == SHN_UNDEF || symbols[s].st_shndx == SHN_ABS)
                continue;
            assert(vdso_find(image, strings + symbols[s].st_name) == image + symbols[s].st_value);
            found++;
        }
    }
    return found;
}

static void no_object_has_no_functions(void)
{
    uint64_t page[512] = {0};

    assert(vdso_find(page, "name") == NULL);
    memcpy(page, ELFMAG, SELFMAG); /* a header without segments */
    assert(vdso_find(page, "name") == NULL);
}

/* An object of one segment, whose table is as empty as can be. */
static void empty_tables_are_searched(void)
{
    static struct object {
        Elf64_Ehdr header;
        Elf64_Phdr segments[2];
        Elf64_Dyn dynamic[4];
        uint32_t hash[4];
        uint64_t bloom;
        uint32_t bucket;
        Elf64_Sym symbol;
        char strings[8];
    } object;

    memcpy(object.header.e_ident, ELFMAG, SELFMAG);
    object.header.e_phoff = offsetof(struct object, segments);
    object.header.e_phentsize = sizeof(Elf64_Phdr);
    object.header.e_phnum = 2;
    object.segments[0] = (Elf64_Phdr){.p_type = PT_DYNAMIC, .p_offset = offsetof(struct object, dynamic)};
    object.segments[1] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = 0x1000}; /* linked at 0x1000 */
    assert(vdso_find(&object, "name") == NULL);
    object.dynamic[0] = (Elf64_Dyn){DT_GNU_HASH, {.d_ptr = 0x1000 + offsetof(struct object, hash)}};
    object.dynamic[1] = (Elf64_Dyn){DT_SYMTAB, {.d_ptr = 0x1000 + offsetof(struct object, symbol)}};
    assert(vdso_find(&object, "name") == NULL); /* no strings */
    object.dynamic[2] = (Elf64_Dyn){DT_STRTAB, {.d_ptr = 0x1000 + offsetof(struct object, strings)}};
    assert(vdso_find(&object, "name") == NULL); /* no buckets */
    object.hash[0] = 1;
    object.hash[1] = 1;
    object.hash[2] = 1;
    assert(vdso_find(&object, "name") == NULL); /* an empty bucket */
}

int main(void)
{
    const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);

    no_object_has_no_functions();
    empty_tables_are_searched();
    if (image == NULL)
        return 0; /* a host may be started without one */
    assert(all_of_the_host(image) > 0);
    assert(vdso_find(image, "no_such_function") == NULL && vdso_find(image, "") == NULL);
    return 0;
}
