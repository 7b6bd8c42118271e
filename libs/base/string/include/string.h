/*
 * Memory and string functions, with the meaning that ISO C 7.24 gives them.
 *
 * The compiler emits calls to the first four even in freestanding code. Providers must not use
 * floating-point or vector registers: interrupt handlers call these.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict dest, const void *restrict src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *dest, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
