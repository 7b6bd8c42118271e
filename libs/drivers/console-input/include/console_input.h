/*
 * Console input.
 *
 * console_read() waits until at least one byte has come and stores at most `size` of them; it returns
 * how many, 0 at the end of input. A device that cannot signal the end of input takes the byte
 * 0x04 (EOT, what Control-D types) for it. `size` must not be 0.
 *
 * console_input_ready() tells whether console_read() would return at once. console_input_watch() asks that
 * `come` be called, once, where handlers of interrupts are (interrupts.h), when that may have become true;
 * false: the device cannot tell, who waits looks again and again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

size_t console_read(char *buffer, size_t size);
bool console_input_ready(void);
bool console_input_watch(void (*come)(void));
