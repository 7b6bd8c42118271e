#include "program_file.h"

#include <elf_machine.h>
#include <errno.h>
#include <pages.h>
#include <string.h>

#define ELF_MAGIC 0x464c457fu
#define ELF_CLASS_64 2
#define ELF_LITTLE_ENDIAN 1
#define ET_DYN 3
#define PROGRAM_SIZE_MAX (UINT64_C(1) << 30) /* so that sums of addresses cannot overflow */

struct elf_header {
    uint32_t magic;
    uint8_t class, data, version, abi;
    uint64_t padding;
    uint16_t type, machine;
    uint32_t file_version;
    uint64_t entry, segments_at, sections_at;
    uint32_t flags;
    uint16_t header_size, segment_size, segment_count, section_size, section_count, names;
};

static int read_exactly(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    long got = file->ops->read(file, buffer, size, offset);

    if (got < 0)
        return (int)got;
    return (size_t)got == size ? 0 : -ENOEXEC;
}

static int check_header(const struct elf_header *header)
{
    if (header->magic != ELF_MAGIC || header->class != ELF_CLASS_64 || header->data != ELF_LITTLE_ENDIAN)
        return -ENOEXEC;
    if (header->type != ET_DYN || header->machine != elf_machine)
        return -ENOEXEC;
    if (header->segment_size != sizeof(struct elf_segment) || header->segment_count == 0 ||
        header->segment_count > PROGRAM_SEGMENTS_MAX)
        return -ENOEXEC;
    return 0;
}

/* Takes a segment into account; `end` is where the one before it ended, in whole pages. */
static int check_loaded(const struct elf_segment *segment, uint64_t file_size, uint64_t *end)
{
    if (segment->address > PROGRAM_SIZE_MAX || segment->size_in_memory > PROGRAM_SIZE_MAX ||
        segment->size_in_file > segment->size_in_memory)
        return -ENOEXEC;
    if (segment->offset > file_size || segment->size_in_file > file_size - segment->offset)
        return -ENOEXEC;
    if ((segment->flags & PF_W) && (segment->flags & PF_X))
        return -ENOEXEC;
    if (segment->address / PAGE_SIZE * PAGE_SIZE < *end)
        return -ENOEXEC;
    *end = (segment->address + segment->size_in_memory + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    return 0;
}

static bool is_loaded(const struct program_file *program, uint64_t address, uint64_t size)
{
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (segment->type == PT_LOAD && address >= segment->address &&
            address - segment->address <= segment->size_in_memory &&
            size <= segment->size_in_memory - (address - segment->address))
            return true;
    }
    return false;
}

int program_file_read(struct vnode *file, struct program_file *program)
{
    struct vnode_attributes attributes;
    struct elf_header header;
    size_t table;
    int error;

    file->ops->get(file, &attributes);
    error = read_exactly(file, &header, sizeof(header), 0);
    if (error == 0)
        error = check_header(&header);
    if (error != 0)
        return error;
    *program = (struct program_file){.segment_count = header.segment_count, .entry = header.entry};
    table = header.segment_count * sizeof(struct elf_segment);
    error = read_exactly(file, program->segments, table, header.segments_at);
    if (error != 0)
        return error;
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (segment->type == PT_LOAD) {
            error = check_loaded(segment, attributes.size, &program->size);
            if (error != 0)
                return error;
            if (header.segments_at >= segment->offset &&
                header.segments_at - segment->offset < segment->size_in_file)
                program->headers = segment->address + (header.segments_at - segment->offset);
        } else if (segment->type == PT_DYNAMIC) {
            program->dynamic = segment->address;
            program->dynamic_size = segment->size_in_memory;
        }
    }
    if (program->dynamic_size == 0 || !is_loaded(program, program->dynamic, program->dynamic_size) ||
        !is_loaded(program, program->headers, table))
        return -ENOEXEC;
    return 0;
}
