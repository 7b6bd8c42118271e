/* What memcached's configure finds out about the compiler and the C library, and what it is told: no TLS, no
 * SASL, no storage on disks, no proxy. */
#ifndef MEMCACHED_CONFIG_H
#define MEMCACHED_CONFIG_H

#define PACKAGE "memcached"
#define VERSION "1.6.18"

#define HAVE_UNISTD_H 1
#define ENDIAN_LITTLE 1
#define _GNU_SOURCE 1

#define HAVE_ACCEPT4 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_EVENTFD 1
#define HAVE_GCC_ATOMICS 1
#define HAVE_GCC_64ATOMICS 1
#define HAVE_GETOPT_LONG 1
#define HAVE_LIBEVENT_NEW 1
#define HAVE_SYSCONF 1

/* configure's own template includes these two. */
#include <inttypes.h>
#include <stdbool.h>

#endif
