/*
 * The architecture's numbers in ELF files: what e_machine says, and the type of the relocation that adds the
 * address at which a program was loaded (in the architecture's supplement of the System V ABI).
 */
#pragma once

#include <stdint.h>

extern const uint16_t elf_machine;
extern const uint64_t elf_relative;
