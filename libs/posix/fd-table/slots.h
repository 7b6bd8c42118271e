/*
 * The table itself, as the system calls of this library see it.
 */
#pragma once

#include <fd_table.h>

struct slot {
    struct open_file *file; /* NULL: free */
    bool close_on_exec;
};

extern const struct open_file_ops fd_console_ops; /* console_file.c */

/* The slot of an open descriptor; NULL if it is not open. Good until the table grows. */
struct slot *fd_slot(long fd);

/* As fd_reserve(), but this very descriptor, which may be free; the caller has closed it. */
long fd_reserve_exactly(unsigned fd, bool close_on_exec);
