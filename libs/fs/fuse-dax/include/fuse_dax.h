/*
 * Parts of files that a server has mapped into a window of memory (virtio 1.2, section 5.11.6.4; FUSE 7.31),
 * which are read and written there without a request.
 *
 * A window consists of ranges of one size. Each holds one part of a file, or nothing; a part that is wanted
 * and not there takes a range that holds nothing, or the place of the one that was used longest ago.
 *
 * fuse_dax_begin() is given the window's address in the machine's memory, its size, and what the server says
 * of alignments (a power of two, by its exponent; 0: nothing), none of which has been looked at; and what
 * sends requests: `map` puts `size` bytes from `offset` of a file at `place` in the window, replacing what
 * was there, `unmap` ends that; both may wait, and return 0 or a negated errno. -ENODEV: no range fits,
 * -ENOMEM; then, and before it was called, everything here is by messages. fuse_dax_end(): there are no files
 * any more.
 *
 * fuse_dax_take() returns the range in which `offset` of a file lies, mapped (for writing, if `writable`; the
 * file must be open for what is wanted), where it lies in memory, and how much of it there is up to the
 * range's end; NULL: it must be read or written by a message. Nothing of it may be touched behind the end of
 * the file, which is not known here: the host ends the machine for that. It stays until fuse_dax_give(), and
 * the file cannot be cut meanwhile if whoever cuts it has called fuse_dax_hold().
 *
 * fuse_dax_hold() waits until nobody uses a range of the file, ends those that lie at `from` and behind it,
 * and gives no range out until fuse_dax_let() has been called as often.
 *
 * fuse_dax_leave() is for a file that nobody uses any more, without waiting: one of its ranges, and where it
 * is in the window, that it holds until fuse_dax_left(), as the server has forgotten it; NULL: it has none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wait_queue.h>

struct fuse_dax_file { /* all zeroes at first */
    unsigned users;    /* of its ranges */
    unsigned held;
    bool refused; /* the server does not map it */
    struct wait_queue unused;
};

struct fuse_dax_range {
    struct fuse_dax_file *file; /* NULL: nothing */
    uint64_t part;              /* of the file, counted in ranges */
    uint64_t used;              /* the window's `uses` at that time */
    unsigned char *memory;      /* NULL: never yet */
    unsigned users;
    bool ready; /* the server has mapped it, and is not being told to do something else */
    bool writable;
};

struct fuse_dax {
    int (*map)(struct fuse_dax_file *file, uint64_t offset, uint64_t place, uint64_t size, bool writable);
    int (*unmap)(struct fuse_dax_file *file, uint64_t place, uint64_t size);
    uint64_t window;
    uint64_t size; /* of a range */
    uint64_t uses;
    unsigned count; /* of ranges; 0: there is no window, or the server maps nothing */
    struct fuse_dax_range *ranges;
};

int fuse_dax_begin(struct fuse_dax *dax, uint64_t window, uint64_t size, unsigned alignment);
void fuse_dax_end(struct fuse_dax *dax);

struct fuse_dax_range *fuse_dax_take(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t offset,
                                     bool writable, unsigned char **memory, uint64_t *length);
void fuse_dax_give(struct fuse_dax_range *range);

void fuse_dax_hold(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t from);
void fuse_dax_let(struct fuse_dax_file *file);

bool fuse_dax_has(const struct fuse_dax *dax, const struct fuse_dax_file *file);
struct fuse_dax_range *fuse_dax_leave(struct fuse_dax *dax, struct fuse_dax_file *file, uint64_t *place);
void fuse_dax_left(struct fuse_dax_range *range);
