/*
 * The content of an open file, for mappings of it.
 *
 * file_content_read() reads up to `size` bytes at `offset` of the file that descriptor `fd` stands for,
 * without moving its position, and returns how many: fewer only at the file's end. -EBADF if the descriptor
 * is not open, -EACCES if not for reading, -ENODEV if what it stands for has no places (a pipe, a terminal),
 * -EIO.
 *
 * file_content_hold() gives the file itself, which stays as long as it is held, whatever becomes of the
 * descriptor; the same file is always the same pointer. Errors are those of file_content_read().
 * `writable` says whether the descriptor allows writing anywhere in it. file_content_release() ends it.
 *
 * file_content_read_at() and file_content_write_at() of a held file return how many bytes, or a negated
 * errno; file_content_size() is the file's size in bytes at this moment. None of them moves a position.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_content;

long file_content_read(int fd, void *buffer, size_t size, uint64_t offset);

int file_content_hold(int fd, struct file_content **content, bool *writable);
void file_content_release(struct file_content *content);
long file_content_read_at(struct file_content *content, void *buffer, size_t size, uint64_t offset);
long file_content_write_at(struct file_content *content, const void *data, size_t size, uint64_t offset);
uint64_t file_content_size(struct file_content *content);
