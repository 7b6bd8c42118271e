/*
 * Record locks: fcntl(2), F_SETLK and the like, and F_OFD_SETLK and the like.
 *
 * Called by the table of descriptors, which holds a reference to `file` meanwhile. A lock belongs to the
 * running process, and goes when it closes any descriptor of the same file (record_locks_closed(), when the
 * descriptor is gone from the table); or to an open file (F_OFD_...), and goes with its last reference
 * (record_locks_released()). Files are the same if `stat` says so: device and inode.
 *
 * record_locks_control() returns 0 or a negated errno; -EINTR when a signal ended the wait, and nothing is
 * held then. It may wait.
 */
#pragma once

#include <fd_table.h>
#include <linux_file.h>

long record_locks_control(struct open_file *file, long fd, int command, struct linux_flock *lock);
void record_locks_closed(struct open_file *file);
void record_locks_released(const struct open_file *file);
