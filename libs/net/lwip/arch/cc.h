/*
 * What lwIP asks of the compiler and of the system around it.
 */
#pragma once

#include <config.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define BYTE_ORDER __BYTE_ORDER__
#ifndef LITTLE_ENDIAN
#define LITTLE_ENDIAN __ORDER_LITTLE_ENDIAN__
#endif
#ifndef BIG_ENDIAN
#define BIG_ENDIAN __ORDER_BIG_ENDIAN__
#endif

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_UNISTD_H 1
/* The compiler's limits.h may be followed by that of a C library, or not: do not depend on it. */
#define LWIP_NO_LIMITS_H 1
#undef INT_MAX
#define INT_MAX __INT_MAX__
#define LWIP_NO_CTYPE_H 1
#define X8_F "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "zu"

/* Debug text is compiled out; a broken assumption is the end, where it is looked for. */
#define LWIP_PLATFORM_DIAG(message)
#ifdef CONFIG_LWIP_CHECKS
#include <panic.h>
#define LWIP_PLATFORM_ASSERT(message) panic("lwip: %s", message)
#else
#define LWIP_NOASSERT
#define LWIP_PLATFORM_ASSERT(message)
#endif

/* One instruction each. */
#if BYTE_ORDER == LITTLE_ENDIAN
#define lwip_htons(x) __builtin_bswap16(x)
#define lwip_htonl(x) __builtin_bswap32(x)
#endif

/* Random numbers: source ports, transaction identifiers. */
uint32_t lwip_random(void);
#define LWIP_RAND() lwip_random()

/* Not called like a system call. */
#define sys_now lwip_now

#define LWIP_CHKSUM lwip_checksum
uint16_t lwip_checksum(const void *data, int size);
