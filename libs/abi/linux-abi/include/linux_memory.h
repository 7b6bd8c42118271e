/* Linux's memory calls: include/uapi/asm-generic/mman-common.h and include/uapi/linux/mman.h. The PROT_* bits
 * are PAGE_*. */
#pragma once

#define PROTECTION_BITS 7 /* PROT_READ, PROT_WRITE, PROT_EXEC */

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

#define MREMAP_MAYMOVE 1

#define MADV_DONTNEED 4
