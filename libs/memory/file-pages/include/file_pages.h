/*
 * The pages of a file that its shared mappings share.
 *
 * A page is read when it is first wanted and stays until the last mapping of the file is gone; then, and when
 * asked to, what was marked as written goes back into the file, as far as the file reaches. `index` counts
 * pages from the file's beginning. Whoever reads, writes or cuts the file otherwise calls the last three
 * functions afterwards, and so meets the pages. Errors are negated errno values. Not reentrant.
 */
#pragma once

#include <file_content.h>
#include <stddef.h>
#include <stdint.h>

struct file_pages;

/* The pages of `content`, which the caller holds: with this call it is theirs. NULL: no memory, and it stays
 * the caller's. Whoever has a pointer counts as one; at the last file_pages_put() they go. */
struct file_pages *file_pages_of(struct file_content *content);
struct file_pages *file_pages_get(struct file_pages *file);
void file_pages_put(struct file_pages *file);

/* Those of a file, not counted; NULL: it is not mapped. */
struct file_pages *file_pages_find(const struct file_content *content);

uint64_t file_pages_size(const struct file_pages *file); /* of the file, in bytes, at this moment */

/* The page itself: 0, -ENOMEM, -EIO, or -EFAULT if it lies beyond the end of the file. */
int file_pages_share(struct file_pages *file, uint64_t index, void **page);

/* Makes `page` what that one is now, zeroes behind the file's end. 0, -EIO, -EFAULT. */
int file_pages_copy(struct file_pages *file, uint64_t index, void *page);

/* The page, which has been handed out, was written to. */
void file_pages_mark(struct file_pages *file, uint64_t index);

/* Puts what is marked of [first, end) back. 0, or what the file system said; the marks of what could not be
 * written stay. */
int file_pages_sync(struct file_pages *file, uint64_t first, uint64_t end);

/* The same when a mapping has ended, and nobody is there to hear of an error. Where the page cache has the
 * file, its pages are these, and it is the one that writes them. */
void file_pages_leave(struct file_pages *file, uint64_t first, uint64_t end);

/*
 * `size` bytes of a file have been read: where it has pages, these are what the reader gets. They have been
 * written: its pages have them, too. It has been cut, perhaps: behind its end its pages are zeroes.
 */
void file_pages_show(const struct file_content *content, void *buffer, size_t size, uint64_t offset);
void file_pages_change(const struct file_content *content, const void *data, size_t size, uint64_t offset);
void file_pages_cut(struct file_content *content);
