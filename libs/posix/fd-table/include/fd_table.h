/*
 * File descriptors.
 *
 * A descriptor is an index into the table; the table refers to open file descriptions (struct open_file),
 * which several descriptors may share. Whoever can be read, written or waited for embeds struct open_file in
 * its own state, gives it operations, and puts it into the table. Errors are negated errno values. Not
 * reentrant: callers hold the kernel's lock or there is only one thread.
 */
#pragma once

#include <linux_io.h>
#include <linux_layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct open_file;
struct readiness;

/* NULL in place of an operation means that this kind of file has none; the comment says what the caller then
 * gets. */
struct open_file_ops {
    /* At the file's own position, which moves. Sizes are 0 to LINUX_TRANSFER_MAX. NULL: -EINVAL */
    long (*read)(struct open_file *file, void *buffer, size_t size);
    long (*write)(struct open_file *file, const void *data, size_t size);
    /* The same with pieces, at least one, whose lengths sum up to at most LINUX_TRANSFER_MAX, for what is not
     * a stream of bytes or is faster so. NULL: piece by piece */
    long (*read_pieces)(struct open_file *file, const struct linux_iovec *pieces, size_t count);
    long (*write_pieces)(struct open_file *file, const struct linux_iovec *pieces, size_t count);
    /* At `offset`; the position stays. NULL: -ESPIPE */
    long (*read_at)(struct open_file *file, void *buffer, size_t size, uint64_t offset);
    long (*write_at)(struct open_file *file, const void *data, size_t size, uint64_t offset);
    /* Moves the position, and returns it. NULL: -ESPIPE */
    int64_t (*seek)(struct open_file *file, int64_t offset, int whence);
    /* fsync(2), or fdatasync(2): what was written is where a loss of power leaves it. NULL: -EINVAL */
    int (*sync)(struct open_file *file, bool data_only);
    /* ioctl(2), and FD_GET_PIPE_SIZE and the like of fcntl(2). FIONBIO has been dealt with. NULL: -ENOTTY */
    long (*control)(struct open_file *file, unsigned long request, void *argument);
    /*
     * Which of the events of readiness.h hold now; `*readiness` becomes what tells of changes, which
     * stays as long as the file. NULL: always readable and writable, and nothing that epoll takes.
     */
    unsigned (*poll)(struct open_file *file, struct readiness **readiness);
    /*
     * For sendfile: shows bytes of the file where they stand, at most `size` from `offset` on, and returns
     * how many, 0 at the end. They stay until another function of the file is called; `lasting`: they never
     * change and never go away, as what an image was started with. -EINVAL, or NULL: read_at is used.
     */
    long (*view)(struct open_file *file, size_t size, uint64_t offset, const void **data, bool *lasting);
    /* As write, of data that never change and never go away: they can be sent from where they stand. `more`:
     * more will follow at once. NULL: write is used. */
    long (*write_lasting)(struct open_file *file, const void *data, size_t size, bool more);
    /* Must be there. */
    void (*stat)(struct open_file *file, struct linux_stat_values *values);
    /* The last reference is gone. Must be there. */
    void (*release)(struct open_file *file);
};

struct open_file {
    const struct open_file_ops *ops;
    unsigned references;
    unsigned flags;             /* of open(2), in the form of linux_file.h: access mode and status flags */
    struct file_watch *watches; /* see below; NULL: none */
};

/*
 * Who remembers a file without holding a reference, as epoll does, and is to be told when it goes: `gone` is
 * called once, out of the list, before `release`.
 */
struct file_watch {
    struct file_watch *next;
    struct file_watch **place; /* what points here */
    void (*gone)(struct file_watch *watch);
};

static inline void fd_watch(struct open_file *file, struct file_watch *watch)
{
    watch->next = file->watches;
    watch->place = &file->watches;
    if (watch->next != NULL)
        watch->next->place = &watch->next;
    file->watches = watch;
}

static inline void fd_unwatch(struct file_watch *watch)
{
    *watch->place = watch->next;
    if (watch->next != NULL)
        watch->next->place = watch->place;
}

/* As requests of `control`: F_GETPIPE_SZ and F_SETPIPE_SZ. The argument is a pointer to the size, in or out.
 */
#define FD_GET_PIPE_SIZE (1ul << 32)
#define FD_SET_PIPE_SIZE (1ul << 32 | 1)

/* What a descriptor refers to, with a reference counted for the caller; NULL if it is not open. */
struct open_file *fd_get(long fd);
struct open_file *fd_get_console(void);  /* the console, whatever the descriptors are */
void fd_release(struct open_file *file); /* for fd_put(): the last reference is gone */

static inline void fd_put(struct open_file *file)
{
    if (--file->references == 0)
        fd_release(file);
}

/*
 * A new descriptor, in two steps: fd_reserve() takes the lowest free one that is at least `lowest` (-EMFILE:
 * there is none, -ENOMEM), so that what follows can no longer fail for want of one; then fd_fill() puts a
 * file there, whose reference it takes over, or fd_cancel() gives the descriptor back.
 */
long fd_reserve(unsigned lowest, bool close_on_exec);
void fd_fill(long fd, struct open_file *file);
void fd_cancel(long fd);
/* Closes a descriptor that is open; its reference is the caller's. */
struct open_file *fd_take(long fd);

/* All of it in one step, with the lowest free descriptor; the reference is taken over, even if it fails. */
long fd_open(struct open_file *file, bool close_on_exec);

/* `stat` of what has no name and is no pipe, socket or device: Linux's anonymous inodes. */
void fd_stat_anonymous(struct open_file *file, struct linux_stat_values *values);

/* Descriptors are below the limit (RLIMIT_NOFILE), which is at most fd_limit_max(); those that are open
 * already stay. */
unsigned fd_limit(void);
unsigned fd_limit_max(void);
void fd_set_limit(unsigned limit);
