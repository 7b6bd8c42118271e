/*
 * Reading what a boot loader left in memory. All of it is untrusted.
 *
 * boot_pvh() and boot_linux() read the structure at `address` into `*info`, which must be all zeroes: memory,
 * initrd and command line. boot_claim() then checks these against each other and takes the image
 * [image_start, image_end), the initrd and the command line out of the free memory. Each returns NULL, or
 * what is wrong, in words.
 */
#pragma once

#include <boot_info.h>
#include <stdint.h>

#define BOOT_COMMAND_LINE_MAX 4096 /* bytes, with the NUL */
#define BOOT_MEMORY_MAP_MAX 128    /* entries; Linux's zero page holds as many */
#define BOOT_MEMORY_RAM 1          /* type of an entry that is usable memory, in both protocols */

const char *boot_pvh(uint64_t address, struct boot_info *info);
const char *boot_linux(uint64_t address, struct boot_info *info);
const char *boot_claim(struct boot_info *info, uint64_t image_start, uint64_t image_end);

/*
 * Takes over the fields that both protocols have. `text` is the address of the command line, 0 for none;
 * `size` 0 means that there is no initrd.
 */
const char *boot_strings(struct boot_info *info, uint64_t text, uint64_t initrd, uint64_t size);

/*
 * Makes [address, address + size) readable and returns a pointer to it; NULL if that cannot be: `address` is
 * 0, the end lies above 1 GiB (loaders put their structures low), or it begins in page 0 and ends outside.
 * Page 0, where QEMU's firmware leaves the memory map, is shown in a window that is there until
 * entry_map_end_of_reading(). From address 4096 on the pointer equals the address, and stays valid. Defined
 * in map.c; tests and fuzzers bring their own.
 */
const void *boot_reach(uint64_t address, uint64_t size);
