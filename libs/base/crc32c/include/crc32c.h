/*
 * CRC-32C: the polynomial of Castagnoli (RFC 3720, appendix B.4), bits reflected.
 *
 * crc32c() goes on with `sum` over `size` bytes. It inverts nothing: whoever wants the usual checksum begins
 * with all ones and inverts the result; ext4 begins with all ones and inverts nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t sum, const void *data, size_t size);
