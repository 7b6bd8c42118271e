/*
 * Console output.
 *
 * console_write() writes `len` bytes unchanged and returns when the device has taken them all. It never
 * fails, never allocates, and may be called from an exception handler and before any init function
 * has run: providers set up their device on first use.
 */
#pragma once

#include <stddef.h>

void console_write(const char *text, size_t len);
