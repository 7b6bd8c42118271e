/* A program file of three segments, made by hand, and the parts of the kernel that the loader asks for. */
#pragma once

#include <assert.h>
#include <errno.h>
#include <page_protection.h>
#include <pages.h>
#include <program_loader.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../program_file.h"

#define MACHINE 62
#define RELATIVE 8

const uint16_t elf_machine = MACHINE;
const uint64_t elf_relative = RELATIVE;

static long first_call(long a, long b, long c, long d, long e, long f)
{
    return a + b + c + d + e + f;
}

static long second_call(long a, long b, long c, long d, long e, long f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return 2;
}

const struct program_call program_calls[] = {
    {"sys_one", first_call},
    {"sys_two", second_call},
    {0, 0},
};
const size_t program_call_count = 2;

struct relocation_entry {
    uint64_t offset, info, addend;
};

/* The order in the file is that in memory; every segment begins on a page. */
struct image {
    struct {
        uint8_t ident[16];
        uint16_t type, machine;
        uint32_t version;
        uint64_t entry, segments_at, sections_at;
        uint32_t flags;
        uint16_t size, segment_size, segment_count, section_size, section_count, names;
    } header;
    struct elf_segment segments[4];
    char name_one[8], name_two[8];
    struct relocation_entry relocations[5];
    uint8_t text[16] __attribute__((aligned(4096)));
    struct {
        uint64_t magic, start, names, calls, count;
    } interface __attribute__((aligned(4096)));
    uint64_t names[2], calls[2];
    uint64_t dynamic[8];
};

#define AT(field) offsetof(struct image, field)

static struct elf_segment segment(uint64_t from, uint64_t to, uint32_t flags)
{
    return (struct elf_segment){PT_LOAD, flags, from, from, from, to - from, to - from, 4096};
}

static void fill_image(struct image *image)
{
    *image = (struct image){
        .header = {.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
                   .type = 3,
                   .machine = MACHINE,
                   .version = 1,
                   .entry = AT(interface),
                   .segments_at = AT(segments),
                   .size = 64,
                   .segment_size = sizeof(struct elf_segment),
                   .segment_count = 4},
        .segments = {segment(0, AT(text), PF_R),
                     segment(AT(text), AT(text) + 16, PF_R | PF_X),
                     segment(AT(interface), sizeof(struct image), PF_R | PF_W),
                     {PT_DYNAMIC, PF_R | PF_W, AT(dynamic), AT(dynamic), AT(dynamic), 64, 64, 8}},
        .name_one = "sys_one",
        .name_two = "sys_two",
        .relocations = {{AT(interface.start), RELATIVE, AT(text)},
                        {AT(interface.names), RELATIVE, AT(names)},
                        {AT(interface.calls), RELATIVE, AT(calls)},
                        {AT(names[0]), RELATIVE, AT(name_one)},
                        {AT(names[1]), RELATIVE, AT(name_two)}},
        .interface = {.magic = PROGRAM_MAGIC, .count = 2},
        .dynamic = {7, AT(relocations), 8, 5 * sizeof(struct relocation_entry), 9, 24, 0, 0},
    };
}

/* --- the file, and the kernel --- */

struct file {
    struct vnode vnode;
    const uint8_t *bytes;
    size_t size;
    long error;
};

static void file_get(struct vnode *node, struct vnode_attributes *attributes)
{
    *attributes = (struct vnode_attributes){.size = ((struct file *)node)->size, .mode = VNODE_FILE | 0755};
}

static long file_read(struct vnode *node, void *buffer, size_t size, uint64_t offset)
{
    const struct file *file = (const struct file *)node;

    if (file->error != 0)
        return file->error;
    if (offset >= file->size)
        return 0;
    if (size > file->size - offset)
        size = file->size - offset;
    memcpy(buffer, file->bytes + offset, size);
    return (long)size;
}

static const struct vnode_ops file_ops = {.get = file_get, .read = file_read};

static bool no_memory;
static int protection_fails; /* the call with this number, from 1 on */
static int protections;
static size_t pages_out;
static int page_states[16];
static char *first_page;

void *pages_alloc(size_t count)
{
    if (no_memory || count == 0 || count > 1024)
        return NULL;
    pages_out += count;
    first_page = aligned_alloc(4096, count * PAGE_SIZE);
    memset(first_page, 0xaa, count * PAGE_SIZE);
    return first_page;
}

void pages_free(void *start, size_t count)
{
    pages_out -= count;
    free(start);
}

int page_protect(uintptr_t start, size_t count, int protection)
{
    size_t page = (start - (uintptr_t)first_page) / PAGE_SIZE;

    assert((start & (PAGE_SIZE - 1)) == 0 && count != 0);
    if (++protections == protection_fails)
        return -ENOMEM;
    for (; count-- > 0 && page < 16; page++)
        page_states[page] = protection;
    return 0;
}
