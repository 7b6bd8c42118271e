/*
 * What the boot protocol handed over, checked and in one form for all protocols.
 *
 * `boot_info` is filled in before the first init function runs and is not written afterwards. All
 * addresses can be used as pointers as they are. Ranges are half open, [start, end), page-aligned, in
 * ascending order, and do not overlap; nothing that is in use (image, initrd, command line, page
 * tables, firmware) lies in them, and they never hold page 0. Contents are undefined.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BOOT_INFO_MAX_RANGES 16

struct boot_range {
    uintptr_t start;
    uintptr_t end;
};

struct boot_info {
    size_t range_count;
    struct boot_range ranges[BOOT_INFO_MAX_RANGES]; /* free memory */
    const void *initrd;                             /* NULL if there is none */
    size_t initrd_size;                             /* bytes */
    char *command_line; /* NUL-terminated, never NULL; its reader may split it in place (docs/architecture.md)
                         */
};

extern struct boot_info boot_info;
