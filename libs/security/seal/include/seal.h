/*
 * Read-only after the boot.
 *
 * SEALED marks a variable that begins as zeroes and is written for the last time before the application
 * starts: tables of the processor, what the boot loader said, secrets. boot_main() calls seal_memory() when
 * all init functions have run; a write after that is a page fault. The provider says what else it seals.
 *
 * A library that has such variables `uses: [seal]`. In an image without it they are variables like others.
 *
 *     static SEALED struct gate idt[32];
 */
#pragma once

#if __has_include(<config.h>)
#include <config.h>
#endif

/* The linker script puts these on pages of their own, [sealed_start, sealed_end), and the entry clears them.
 */
#ifdef CONFIG_LIB_SEAL
#define SEALED __attribute__((section(".bss.sealed")))
#else
#define SEALED
#endif

void seal_memory(void);
