#include <elf_machine.h>
#include <errno.h>
#include <page_protection.h>
#include <pages.h>
#include <program_loader.h>
#include <string.h>

#include "program_file.h"

/* gABI, "Dynamic Section": tags. */
#define DT_NULL 0
#define DT_RELA 7
#define DT_RELASZ 8
#define DT_RELAENT 9
#define DT_REL 17
#define DT_TEXTREL 22
#define DT_JMPREL 23
#define DT_PLTRELSZ 2

struct dynamic {
    int64_t tag;
    uint64_t value;
};

struct relocation {
    uint64_t offset;
    uint64_t info;
    int64_t addend;
};

/* Whether [address, address + size) lies within the program, whose size is at most 1 GiB and a page. */
static bool inside(const struct program_file *file, uint64_t address, uint64_t size)
{
    return address <= file->size && size <= file->size - address;
}

static int copy_segments(struct vnode *vnode, const struct program_file *file, char *memory)
{
    for (size_t i = 0; i < file->segment_count; i++) {
        const struct elf_segment *segment = &file->segments[i];
        long got;

        if (segment->type != PT_LOAD || segment->size_in_file == 0)
            continue;
        got = vnode->ops->read(vnode, memory + segment->address, segment->size_in_file, segment->offset);
        if (got < 0)
            return (int)got;
        if ((uint64_t)got != segment->size_in_file)
            return -ENOEXEC;
    }
    return 0;
}

/* A program is linked so that all it needs are addresses of its own, in data that it may write to. */
static int relocate(const struct program_file *file, char *memory)
{
    uint64_t table = 0, size = 0;

    for (uint64_t at = 0; at + sizeof(struct dynamic) <= file->dynamic_size; at += sizeof(struct dynamic)) {
        struct dynamic entry;

        memcpy(&entry, memory + file->dynamic + at, sizeof(entry));
        if (entry.tag == DT_NULL)
            break;
        if (entry.tag == DT_RELA)
            table = entry.value;
        else if (entry.tag == DT_RELASZ)
            size = entry.value;
        else if (entry.tag == DT_RELAENT && entry.value != sizeof(struct relocation))
            return -ENOEXEC;
        else if (entry.tag == DT_REL || entry.tag == DT_TEXTREL)
            return -ENOEXEC;
        else if ((entry.tag == DT_JMPREL || entry.tag == DT_PLTRELSZ) && entry.value != 0)
            return -ENOEXEC;
    }
    if (!inside(file, table, size) || size % sizeof(struct relocation) != 0)
        return -ENOEXEC;
    for (uint64_t at = 0; at < size; at += sizeof(struct relocation)) {
        struct relocation relocation;
        uint64_t value;

        memcpy(&relocation, memory + table + at, sizeof(relocation));
        if (relocation.info != elf_relative || !inside(file, relocation.offset, sizeof(value)))
            return -ENOEXEC;
        value = (uint64_t)(uintptr_t)memory + (uint64_t)relocation.addend;
        memcpy(memory + relocation.offset, &value, sizeof(value));
    }
    return 0;
}

/* Whether a pointer that the program gives leads to `size` bytes of itself, and where from its beginning. */
static bool points_inside(const struct program_file *file, const char *memory, const void *pointer,
                          uint64_t size)
{
    return inside(file, (uint64_t)(uintptr_t)pointer - (uint64_t)(uintptr_t)memory, size);
}

static bool is_string(const struct program_file *file, const char *memory, const char *text)
{
    uint64_t offset = (uint64_t)(uintptr_t)text - (uint64_t)(uintptr_t)memory;

    while (offset < file->size && memory[offset] != '\0')
        offset++;
    return offset < file->size;
}

static program_function *find_call(const char *name)
{
    size_t low = 0, high = program_call_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, program_calls[middle].name);
        if (order == 0)
            return program_calls[middle].function;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static int connect(const struct program_file *file, char *memory,
                   program_function *(*replaced)(const char *name), struct program *program)
{
    struct program_interface interface;
    uint64_t span;

    if (!inside(file, file->entry, sizeof(interface)))
        return -ENOEXEC;
    memcpy(&interface, memory + file->entry, sizeof(interface));
    span = interface.count * sizeof(void *);
    if (interface.magic != PROGRAM_MAGIC || interface.count > file->size ||
        !points_inside(file, memory, (const void *)(uintptr_t)interface.start, 1) ||
        !points_inside(file, memory, interface.names, span) ||
        !points_inside(file, memory, interface.calls, span))
        return -ENOEXEC;
    for (uint64_t i = 0; i < interface.count; i++) {
        program_function *function;
        const char *name;

        memcpy(&name, (const char *)interface.names + i * sizeof(name), sizeof(name));
        if (!is_string(file, memory, name))
            return -ENOEXEC;
        function = replaced != NULL ? replaced(name) : NULL;
        if (function == NULL)
            function = find_call(name);
        if (function == NULL)
            return -ENOEXEC;
        memcpy((char *)interface.calls + i * sizeof(function), &function, sizeof(function));
    }
    program->start = interface.start;
    return 0;
}

/* Pages between segments belong to nobody: nothing may be done with them. */
static int protect(const struct program_file *file, char *memory)
{
    uint64_t end = 0;

    for (size_t i = 0; i < file->segment_count; i++) {
        const struct elf_segment *segment = &file->segments[i];
        uint64_t start = segment->address / PAGE_SIZE * PAGE_SIZE;
        int protection = PAGE_NONE, error = 0;

        if (segment->type != PT_LOAD)
            continue;
        if (start > end)
            error = page_protect((uintptr_t)memory + end, (start - end) / PAGE_SIZE, PAGE_NONE);
        end = (segment->address + segment->size_in_memory + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
        if (segment->flags & PF_R)
            protection |= PAGE_READ;
        if (segment->flags & PF_W)
            protection |= PAGE_WRITE;
        if (segment->flags & PF_X)
            protection |= PAGE_EXEC;
        if (error == 0 && end > start)
            error = page_protect((uintptr_t)memory + start, (end - start) / PAGE_SIZE, protection);
        if (error != 0)
            return error;
    }
    return 0;
}

int program_load(struct vnode *vnode, program_function *(*replaced)(const char *name),
                 struct program *program)
{
    struct program_file file;
    int error = program_file_read(vnode, &file);

    if (error != 0)
        return error;
    program->pages = file.size / PAGE_SIZE;
    program->memory = pages_alloc(program->pages);
    if (program->memory == NULL)
        return -ENOMEM;
    memset(program->memory, 0, file.size);
    error = copy_segments(vnode, &file, program->memory);
    if (error == 0)
        error = relocate(&file, program->memory);
    if (error == 0)
        error = connect(&file, program->memory, replaced, program);
    if (error == 0)
        error = protect(&file, program->memory);
    if (error != 0) {
        program_unload(program);
        return error;
    }
    program->headers = (uintptr_t)program->memory + file.headers;
    program->header_count = file.segment_count;
    return 0;
}

void program_unload(struct program *program)
{
    /* Pages are given back as they came: readable and writable. That cannot fail: the tables are there. */
    (void)page_protect((uintptr_t)program->memory, program->pages, PAGE_READ | PAGE_WRITE);
    pages_free(program->memory, program->pages);
}
