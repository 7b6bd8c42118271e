/*
 * What the library `socket` does for families of sockets, and for other calls on sockets.
 *
 * Errors are negated errno values.
 */
#pragma once

#include <socket_family.h>

/* Fills in a socket that is all zeroes, with one reference. */
void socket_begin(struct socket *socket, const struct socket_ops *ops, int domain, int type, int protocol);

/* Copy the next `size` bytes, at most `left`, and go on behind them. */
void socket_data_take(struct socket_data *data, void *to, size_t size);
void socket_data_put(struct socket_data *data, const void *from, size_t size);

/* The next bytes, which are together: how many, and where they are; there are some left. socket_data_skip()
 * goes on behind them, or some of them. */
size_t socket_data_part(struct socket_data *data, void **part);
void socket_data_skip(struct socket_data *data, size_t size);

/*
 * Puts a socket into the table of descriptors and returns its descriptor; takes its reference over, even if
 * it fails. `flags`: LINUX_SOCK_NONBLOCK, LINUX_SOCK_CLOEXEC.
 */
long socket_descriptor(struct socket *socket, unsigned flags);

/* The socket behind a descriptor, with a reference counted for the caller, who gives it back with
 * fd_put(&socket->file). NULL, and `*error` is -EBADF or -ENOTSOCK. */
struct socket *socket_get(long fd, int *error);

/*
 * Waits, in a call that may be interrupted, until one of `events` (READINESS_*) or an error is notified, or
 * until `deadline` (of clock_monotonic(), UINT64_MAX: none). Returns 0, -EAGAIN after the deadline, -EINTR.
 */
int socket_wait(struct socket *socket, unsigned events, uint64_t deadline);
