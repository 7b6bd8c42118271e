/*
 * File descriptors.
 *
 * A descriptor is an index into the table; the table refers to open file descriptions (struct open_file),
 * which several descriptors may share. Whoever can be read, written or waited for embeds struct open_file in
 * its own state, gives it operations, and puts it into the table. Errors are negated errno values. Not
 * reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <linux_layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct open_file;

/* NULL in place of an operation means that this kind of file has none; the comment says what the caller then
 * gets. */
struct open_file_ops {
    /* At the file's own position, which moves. Sizes are 0 to LINUX_TRANSFER_MAX. NULL: -EINVAL */
    long (*read)(struct open_file *file, void *buffer, size_t size);
    long (*write)(struct open_file *file, const void *data, size_t size);
    /* At `offset`; the position stays. NULL: -ESPIPE */
    long (*read_at)(struct open_file *file, void *buffer, size_t size, uint64_t offset);
    long (*write_at)(struct open_file *file, const void *data, size_t size, uint64_t offset);
    /* Moves the position, and returns it. NULL: -ESPIPE */
    int64_t (*seek)(struct open_file *file, int64_t offset, int whence);
    /* NULL: -ENOTTY */
    long (*control)(struct open_file *file, unsigned long request, void *argument);
    /* Must be there. */
    void (*stat)(struct open_file *file, struct linux_stat_values *values);
    /* The last reference is gone. Must be there. */
    void (*release)(struct open_file *file);
};

struct open_file {
    const struct open_file_ops *ops;
    unsigned references;
    unsigned flags; /* of open(2), in the form of linux_fcntl.h: access mode and status flags */
};

/* What a descriptor refers to, with a reference counted for the caller; NULL if it is not open. */
struct open_file *fd_get(long fd);
void fd_put(struct open_file *file);

/*
 * A new descriptor, in two steps: fd_reserve() takes the lowest free one that is at least `lowest` (-EMFILE:
 * there is none, -ENOMEM), so that what follows can no longer fail for want of one; then fd_fill() puts a
 * file there, whose reference it takes over, or fd_cancel() gives the descriptor back.
 */
long fd_reserve(unsigned lowest, bool close_on_exec);
void fd_fill(long fd, struct open_file *file);
void fd_cancel(long fd);
