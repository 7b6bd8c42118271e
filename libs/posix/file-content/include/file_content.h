/*
 * The content of an open file, for private mappings.
 *
 * file_content_read() reads up to `size` bytes at `offset` of the file that descriptor `fd` stands for,
 * without moving its position, and returns how many: fewer only at the file's end. -EBADF if the descriptor
 * is not open, -EACCES if not for reading, -ENODEV if what it stands for has no places (a pipe, a terminal),
 * -EIO.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

long file_content_read(int fd, void *buffer, size_t size, uint64_t offset);
