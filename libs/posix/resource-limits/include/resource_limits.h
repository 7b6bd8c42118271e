/*
 * Limits of resources, for whoever gives them (getrlimit(2)).
 *
 * resource_limit() is the limit in force, RESOURCE_UNLIMITED if there is none; `resource` is Linux's number.
 * What counts descriptors keeps its own limit (fd_table.h).
 *
 * resource_file_room() is how many of `size` bytes at `offset` RLIMIT_FSIZE lets a file have. If that is none
 * of some, the thread gets SIGXFSZ, and the call should fail with EFBIG.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Linux, include/uapi/asm-generic/resource.h. */
#define RESOURCE_FSIZE 1
#define RESOURCE_DATA 2
#define RESOURCE_AS 9

#define RESOURCE_UNLIMITED UINT64_MAX

uint64_t resource_limit(unsigned resource);
size_t resource_file_room(uint64_t offset, size_t size);
