/*
 * The ELF-64 structures that a program file holds: System V ABI, chapters 4 and 5 (gABI, "ELF Header",
 * "Program Header", "Dynamic Section"), and its supplement for x86_64, section 4.4.1, for the relocation.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

#define PROGRAM_SEGMENTS_MAX 16

#define PT_LOAD 1u
#define PT_DYNAMIC 2u
#define PF_X 1u
#define PF_W 2u
#define PF_R 4u

struct elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical_address;
    uint64_t size_in_file;
    uint64_t size_in_memory;
    uint64_t alignment;
};

/* A program as its headers describe it, checked: addresses are from the program's beginning. */
struct program_file {
    struct elf_segment segments[PROGRAM_SEGMENTS_MAX];
    size_t segment_count;
    uint64_t headers; /* where the program headers are in memory */
    uint64_t entry;
    uint64_t size; /* of it all in memory, whole pages */
    uint64_t dynamic, dynamic_size;
};

/*
 * Reads and checks the headers: segments lie in order, on pages of their own, are not writable and executable
 * at once, and hold the program headers and the dynamic section. 0, -ENOEXEC, or what reading failed with.
 */
int program_file_read(struct vnode *file, struct program_file *program);
