/*
 * What the system calls of this library share.
 */
#pragma once

#include <socket.h>

/* An address that the application passes: -EINVAL. */
int socket_address_load(struct socket_address *address, const void *from, long size);
/* Gives the application an address; `*size` is the room, then the whole size. `to` may be NULL. */
int socket_address_store(const struct socket_address *address, void *to, uint32_t *size);

/* One message, waiting as the socket, its timeouts and the message's flags say. */
long socket_send(struct socket *socket, struct socket_message *message);
long socket_receive(struct socket *socket, struct socket_message *message);

/* The flags of a message that families are not told of. */
#define SOCKET_OWN_FLAGS (LINUX_MSG_DONTWAIT | LINUX_MSG_NOSIGNAL | LINUX_MSG_WAITALL | LINUX_MSG_WAITFORONE)

/* The moment at which a call with this time-out gives up. */
uint64_t socket_deadline(uint64_t timeout);

extern const struct open_file_ops socket_file_ops; /* socket_file.c */
