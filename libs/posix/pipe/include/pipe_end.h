/*
 * Ends of pipes, for who gives them names (FIFOs).
 *
 * A pipe goes when its last end does. pipe_new() makes one without ends, NULL when memory is short;
 * pipe_drop() gives it up while it has none. pipe_open_end() makes an end for the access mode in `flags`
 * (O_RDONLY, O_WRONLY, O_RDWR; O_NONBLOCK): an open file with one reference, NULL when memory is short.
 * `gone` (may be NULL) is called with the pipe's `owner` when the pipe goes.
 */
#pragma once

#include <fd_table.h>

struct pipe;

struct pipe *pipe_new(void (*gone)(void *owner), void *owner);
void pipe_drop(struct pipe *pipe);
struct open_file *pipe_open_end(struct pipe *pipe, unsigned flags);

/* How many ends there are that read, and that write. */
unsigned pipe_readers(const struct pipe *pipe);
unsigned pipe_writers(const struct pipe *pipe);
