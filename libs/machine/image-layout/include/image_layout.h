/*
 * Where the parts of the image lie in memory.
 *
 * The linker script defines these symbols (docs/architecture.md, "From entry to exit"); only their addresses
 * mean something. A part is [..._start, ..._end). text_start, rodata_start, data_start and image_end lie on
 * page boundaries; so do the ends of text and rodata. The boot stack's three symbols come from the machine
 * entry; between boot_stack_guard and boot_stack_bottom nothing is mapped.
 */
#pragma once

extern char image_start[], image_end[];
extern char text_start[], text_end[];
extern char rodata_start[], rodata_end[];
extern char data_start[], data_end[];
extern char bss_start[], bss_end[];
extern char boot_stack_guard[], boot_stack_bottom[], boot_stack_top[];
