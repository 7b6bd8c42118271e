/*
 * The table itself, as the system calls of this library see it.
 */
#pragma once

#include <config.h>
#include <errno.h>
#include <fd_table.h>
#include <linux_file.h>

#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif
#ifdef CONFIG_LIB_RECORD_LOCKS
#include <record_locks.h>
#endif

#define FD_BITS 64 /* in a word of the bit maps */

struct fd_table {
    struct open_file **files; /* by descriptor; NULL: not open */
    uint64_t *taken;          /* one bit a descriptor: open, or reserved */
    uint64_t *close_on_exec;
    unsigned count; /* of what there is room for */
    unsigned free;  /* none below it is free */
    unsigned limit;
};

extern struct fd_table fd_slots;
extern const struct open_file_ops fd_console_ops; /* console_file.c */

/* No reference is counted. */
static inline struct open_file *fd_find(long fd)
{
    return (unsigned long)fd < fd_slots.count ? fd_slots.files[fd] : NULL;
}

/* The file behind `fd`, a reference counted, if it was opened for reading or writing; `refused` is the access
 * mode that has neither. */
static inline struct open_file *fd_get_for(long fd, unsigned refused)
{
    struct open_file *file = fd_find(fd);

    if (file == NULL || (file->flags & LINUX_O_ACCMODE) == refused || (file->flags & LINUX_O_PATH))
        return NULL;
    file->references++;
    return file;
}

static inline bool fd_bit(const uint64_t *map, unsigned fd)
{
    return map[fd / FD_BITS] >> fd % FD_BITS & 1;
}

static inline void fd_set_bit(uint64_t *map, unsigned fd, bool on)
{
    uint64_t bit = UINT64_C(1) << fd % FD_BITS;

    map[fd / FD_BITS] = on ? map[fd / FD_BITS] | bit : map[fd / FD_BITS] & ~bit;
}

/* Whether a call that ended so begins again; it holds nothing any more. */
static inline bool fd_restart(long result)
{
#ifdef CONFIG_LIB_SIGNALS
    return result == -EINTR && signals_restart();
#else
    (void)result;
    return false;
#endif
}

/* Gives back the reference of a descriptor that is no longer in the table. */
static inline void fd_give_up(struct open_file *file)
{
#ifdef CONFIG_LIB_RECORD_LOCKS
    record_locks_closed(file);
#endif
    fd_put(file);
}

/* As fd_reserve(), but this very descriptor, which may be open: the file that it refers to is the caller's
 * then. */
long fd_reserve_exactly(unsigned fd, bool close_on_exec, struct open_file **replaced);

/* Closes a descriptor that is open. */
void fd_close(unsigned fd);
