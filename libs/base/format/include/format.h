/*
 * Formatting of kernel messages.
 *
 * format() and format_list() are snprintf() and vsnprintf() of ISO C 7.21.6 with these conversions: %s %c %d
 * %i %u %x %p %%, the flags 0 and -, a width in digits, and the modifiers l, ll and z. %p is 0x and 16
 * digits. %s with a NULL pointer gives
 * "(null)". An unknown conversion is copied as it is and takes no argument. They return the length that the
 * whole text has, without its NUL; if that is not less than `size`, the text was cut. Unless `size` is 0,
 * `buffer` ends with a NUL.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

size_t format(char *buffer, size_t size, const char *text, ...) __attribute__((format(printf, 3, 4)));
size_t format_list(char *buffer, size_t size, const char *text, va_list arguments)
    __attribute__((format(printf, 3, 0)));
